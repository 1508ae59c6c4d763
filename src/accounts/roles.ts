import { ALL_PERMISSIONS, withImplied, type Permission } from './permissions.ts';

/** What a member of an account can be, the most powerful first. */
export const ROLES = ['owner', 'admin', 'developer', 'analyst', 'support'] as const;

export type Role = (typeof ROLES)[number];

interface RoleRow {
  /** Who that is. */
  about: string;
  permissions: ReadonlySet<Permission>;
}

const READS = ['account:read', 'verifications:read', 'messages:read', 'services:read'] as const;

/**
 * The table of roles. A permission that is new goes to owners and admins by itself; to the others only by a line
 * here.
 */
export const ROLE_TABLE: Readonly<Record<Role, RoleRow>> = {
  owner: {
    about: 'Answers for the account. There is always one.',
    permissions: new Set(ALL_PERMISSIONS),
  },
  admin: {
    about: 'Runs the account: all that an owner may, but what holds for the account as a whole.',
    permissions: new Set(ALL_PERMISSIONS.filter((permission) => permission !== 'account:write')),
  },
  developer: {
    about: 'Builds on the API: services, keys, test verifications; looks at carriers and routes.',
    permissions: withImplied([
      ...READS,
      'verifications:write',
      'inbound:read',
      'services:write',
      'carriers:read',
      'routes:read',
      'senders:read',
      'numbers:read',
      'webhooks:write',
      'keys:manage',
      'people:read',
    ]),
  },
  analyst: {
    about: 'Looks at quality and cost. Sees no texts of handsets, and changes nothing.',
    permissions: new Set([...READS, 'carriers:read', 'routes:read', 'senders:read', 'numbers:read']),
  },
  support: {
    about:
      'Helps the people who wait for a code: finds their verification and unlocks their number, which they see masked.',
    permissions: new Set([...READS, 'inbound:read', 'destinations:unlock']),
  },
};

/** Whether somebody with one role may make somebody else another one, or take it from them: never above their own. */
export function reaches(own: Role, other: Role): boolean {
  return ROLE_TABLE[other].permissions.isSubsetOf(ROLE_TABLE[own].permissions);
}
