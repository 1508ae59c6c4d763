import type { DomainError } from '../errors.ts';
import { ClosedToTestKey, MissingPermission, SecondFactorNeeded } from './errors.ts';
import { holds, isForTests, type Permission } from './permissions.ts';
import { modeOf, type Principal } from './principal.ts';

/**
 * Why somebody may not do what needs a permission; undefined when they may.
 * @param what needs it, for a person
 */
export function lackOf(who: Principal, permission: Permission, what: string): DomainError | undefined {
  if (holds(who, permission)) return undefined;
  if (who.kind === 'person' && who.needsSecondFactor) return new SecondFactorNeeded();
  const isClosed = modeOf(who) === 'test' && !isForTests(permission);
  return isClosed ? new ClosedToTestKey(what) : new MissingPermission(permission, what);
}
