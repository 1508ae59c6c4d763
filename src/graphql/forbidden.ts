import { ClosedToTestKey, SecondFactorNeeded } from '../accounts/errors.ts';
import { lackOf } from '../accounts/lack.ts';
import type { Permission } from '../accounts/permissions.ts';
import { modeOf, type PersonPrincipal, type Principal } from '../accounts/principal.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Details } from '../audit/entry.ts';
import { DomainError } from '../errors.ts';
import { PersonNeeded } from '../people/errors.ts';

/** A client token that asks for more than its verification. */
export class ClosedField extends DomainError {
  readonly code = 'auth/forbidden';
  constructor(field: string) {
    super(`A client token may not read ${field}: it may watch its own verification, and nothing else.`);
  }
}

/** What a type, a field or a whole operation needs of whoever asks. Fields are named as `Type.field`. */
export interface Needs {
  /** The outermost field that a client token may not read. */
  closedField: string | undefined;
  /** What a caller must have for all that it selects, each with a field that needs it. */
  needs: readonly { permission: Permission; field: string }[];
  /** A root field that is closed to test keys. */
  liveField: string | undefined;
  /** A root field that is about the person who asks. */
  ownField: string | undefined;
  /** What its mutations are called in the audit log. */
  actions: readonly AuditAction[];
}

export interface Forbidden {
  error: DomainError;
  details: Details;
}

/** What of it a caller may not do, with what of that goes into the audit log. */
export function forbidden(
  principal: Principal,
  { closedField: field, needs, liveField, ownField, actions }: Needs,
): Forbidden | undefined {
  switch (principal.kind) {
    case 'clientToken':
      return field === undefined ? undefined : { error: new ClosedField(field), details: { field } };
    case 'apiKey':
    case 'accessToken':
      if (ownField !== undefined) return { error: new PersonNeeded(ownField), details: { field: ownField } };
      if (modeOf(principal) === 'test' && liveField !== undefined)
        return (
          lacking(principal, needs) ?? {
            error: new ClosedToTestKey(liveField),
            details: { field: liveField },
          }
        );
      return lacking(principal, needs);
    case 'person':
      return lacking(principal, needs) ?? notYet(principal, actions);
    default:
      throw new Error(`unhandled principal: ${principal satisfies never}`);
  }
}

/** Whoever lacks a second factor that is needed does nothing about themselves either, but go elsewhere, or sign out. */
function notYet({ needsSecondFactor }: PersonPrincipal, actions: Needs['actions']): Forbidden | undefined {
  if (!needsSecondFactor || actions.every((action) => action.startsWith('session.'))) return undefined;
  return { error: new SecondFactorNeeded(), details: {} };
}

function lacking(principal: Principal, needs: Needs['needs']): Forbidden | undefined {
  // 0.01 µs for a start.
  for (const { permission, field } of needs) {
    const error = lackOf(principal, permission, field);
    if (error) return { error, details: { field, permission } };
  }
  return undefined;
}
