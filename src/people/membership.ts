import { holds } from '../accounts/permissions.ts';
import type { Principal } from '../accounts/principal.ts';
import { ROLE_TABLE, ROLES, type Role } from '../accounts/roles.ts';
import { LastOwner, RoleAboveOwn } from './errors.ts';

/** @throws {RoleAboveOwn} when a role has something that whoever would give or take it has not */
export function checkReach(who: Principal, ...roles: readonly Role[]): void {
  const beyond = roles.find((role) => !ROLE_TABLE[role].permissions.values().every((one) => holds(who, one)));
  if (beyond) throw new RoleAboveOwn(beyond);
}

/** What of somebody says whom they may invite. */
export type Inviting = Parameters<typeof holds>[0];

/** As what somebody may be invited by them. */
export function invitable(by: Inviting | undefined): Role[] {
  if (!by || !holds(by, 'people:write')) return [];
  return ROLES.filter((role) => ROLE_TABLE[role].permissions.values().every((one) => holds(by, one)));
}

/**
 * @param owners how many the account has now
 * @param after undefined: the member is removed
 * @throws {LastOwner} when none would be left
 */
export function checkOwnerStays(owners: number, before: Role, after: Role | undefined): void {
  if (before === 'owner' && after !== 'owner' && owners <= 1) throw new LastOwner();
}
