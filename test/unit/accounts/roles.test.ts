import { describe, expect, test } from 'vitest';
import { ALL_PERMISSIONS, holds, mayRevealPhone, withImplied } from '../../../src/accounts/permissions.ts';
import type { PersonPrincipal } from '../../../src/accounts/principal.ts';
import { ALL_RIGHTS, beyond } from '../../../src/accounts/rights.ts';
import { ROLE_TABLE, ROLES, reaches, type Role } from '../../../src/accounts/roles.ts';

describe('the table of roles', () => {
  test('gives an owner all permissions', () => {
    expect([...ROLE_TABLE.owner.permissions]).toEqual(ALL_PERMISSIONS);
  });

  test('lets owners and admins reveal a number, and shows every number masked to people all the same', () => {
    const revealing = ROLES.filter((role) => ROLE_TABLE[role].permissions.has('numbers:reveal'));
    expect(revealing).toEqual(['owner', 'admin']);
    for (const role of ROLES)
      expect(mayRevealPhone({ kind: 'person', permissions: ROLE_TABLE[role].permissions })).toBe(false);
  });

  test.each(ROLES)('brings with every …:write of %s its …:read', (role) => {
    const { permissions } = ROLE_TABLE[role];
    expect(withImplied([...permissions])).toEqual(permissions);
  });

  test('goes down from owner to the others: who is further up may make those below, never the other way', () => {
    expect(ROLES.filter((role) => reaches('owner', role))).toEqual(ROLES);
    expect(ROLES.filter((role) => reaches('admin', role))).toEqual([
      'admin',
      'developer',
      'analyst',
      'support',
    ]);
    for (const role of ['developer', 'analyst', 'support'] as const) {
      expect(ROLES.filter((other) => reaches(role, other))).not.toContain('admin');
      expect(ROLE_TABLE[role].permissions.has('people:write')).toBe(false);
    }
  });

  test('gives support what helps callers, and nothing that changes an account', () => {
    const who = { kind: 'person', permissions: ROLE_TABLE.support.permissions } as const;
    const changes = ALL_PERMISSIONS.filter((one) => /:(?:write|manage)$/.test(one) && holds(who, one));
    expect(changes).toEqual([]);
    expect(holds(who, 'destinations:unlock')).toBe(true);
  });
});

test('a person of any role that makes keys can make a test key that may do all that one can, and no live one', () => {
  const somebody = (role: Role): PersonPrincipal => ({
    kind: 'person',
    accountId: 'acc_1',
    personId: 'per_1',
    sessionId: 'ses_1',
    role,
    factors: ['password'],
    needsSecondFactor: false,
    permissions: ROLE_TABLE[role].permissions,
    expiresAt: new Date(),
  });
  const everything = (mode: 'live' | 'test') => ({ ...ALL_RIGHTS, mode });
  for (const role of ['admin', 'developer'] as const) {
    expect(beyond(somebody(role), everything('test'))).toBeUndefined();
    expect(beyond(somebody(role), everything('live'))).toBe('permissions');
  }
  expect(beyond(somebody('owner'), everything('live'))).toBeUndefined();
  expect(beyond(somebody('support'), everything('test'))).toBe('permissions');
});
