import { holds } from '../accounts/permissions.ts';
import type { Principal } from '../accounts/principal.ts';
import { ROLE_TABLE, type Role } from '../accounts/roles.ts';
import { LastOwner, RoleAboveOwn } from './errors.ts';

/** @throws {RoleAboveOwn} when a role has something that whoever would give or take it has not */
export function checkReach(who: Principal, ...roles: readonly Role[]): void {
  const beyond = roles.find((role) => !ROLE_TABLE[role].permissions.values().every((one) => holds(who, one)));
  if (beyond) throw new RoleAboveOwn(beyond);
}

/**
 * @param owners how many the account has now
 * @param after undefined: the member is removed
 * @throws {LastOwner} when none would be left
 */
export function checkOwnerStays(owners: number, before: Role, after: Role | undefined): void {
  if (before === 'owner' && after !== 'owner' && owners <= 1) throw new LastOwner();
}
