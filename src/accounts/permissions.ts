/** What a caller may be let do, and what each of them lets. A `…:write` brings its `…:read` with it. */
export const PERMISSIONS = {
  'account:read': 'Read the account itself.',
  'account:write': 'Change what holds for the whole account, e.g. its residency.',
  'verifications:read': 'Read verifications, and subscribe to what happens to them.',
  'verifications:write': 'Start, check and cancel verifications.',
  'destinations:unlock': 'Let a destination be verified again that was locked for too many wrong codes.',
  'messages:read': 'Read messages and their attempts, with the way that each one took.',
  'inbound:read': 'Read messages from handsets, and the numbers that take them.',
  'inbound:write': 'Change the numbers that take messages from handsets.',
  'services:read': 'Read services and their rules.',
  'services:write': 'Create and change services.',
  'carriers:read': 'Read carriers, without their secrets, and follow their health.',
  'carriers:write': 'Connect and change carriers.',
  'routes:read': 'Read routes, their prices and what decided between them.',
  'routes:write': 'Add and change routes.',
  'senders:read': 'Read senders, their registrations and the rules of countries.',
  'senders:write': 'Change senders, their registrations and the rules of countries.',
  'numbers:read': 'Ask what is known of a number, and read how numbers are looked up.',
  'numbers:write': 'Change how numbers are looked up.',
  'numbers:reveal':
    'See phone numbers in full, noted in the audit log: a server wherever they are, a person one at a time with `revealNumber`.',
  'subjects:erase': 'Erase everything that tells whom a phone number belongs to, for good.',
  'subjects:export': 'Export all that is stored about the holder of a phone number.',
  'webhooks:read': 'Read webhook endpoints and what became of their deliveries.',
  'webhooks:write': 'Add, change, test and remove webhook endpoints, and send deliveries again.',
  'audit:read': 'Read the audit log.',
  'keys:manage': 'Read, create, change, rotate and revoke API keys.',
  'clients:manage':
    'Read, create, change, rotate and revoke OAuth clients, and look into their access tokens.',
  'people:read': 'Read who is a member of the account, with which role, and who is invited.',
  'people:write': 'Invite people, change the roles of members, and remove them.',
} as const;

export type Permission = keyof typeof PERMISSIONS;

export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as readonly Permission[];

/**
 * All that a test key can have: it starts and follows tests, and reads how the account is set up. Nothing that
 * costs money, changes where live messages go, or shows what live traffic is like; a permission that is not
 * here is closed to test keys.
 */
export const TEST_PERMISSIONS = [
  'account:read',
  'verifications:read',
  'verifications:write',
  'messages:read',
  'services:read',
  'carriers:read',
  'routes:read',
  'senders:read',
  'numbers:reveal',
] as const satisfies readonly Permission[];

/** Whether a test key can have it. */
export function isForTests(permission: Permission): boolean {
  return (TEST_PERMISSIONS as readonly Permission[]).includes(permission);
}

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}

/** With what each of them brings with it. */
export function withImplied(permissions: readonly Permission[]): ReadonlySet<Permission> {
  return new Set(
    permissions.flatMap((permission) => {
      const reading = permission.replace(/:write$/, ':read');
      return isPermission(reading) ? [permission, reading] : [permission];
    }),
  );
}

/** What a test key may do that was given these; null = everything that one can. */
export function testPermissions(given: readonly Permission[] | null): ReadonlySet<Permission> {
  return new Set([...withImplied(given ?? TEST_PERMISSIONS)].filter(isForTests));
}

/** What of a principal says what it may do. */
interface Holder {
  kind: 'apiKey' | 'accessToken' | 'person' | 'clientToken';
  permissions?: ReadonlySet<Permission>;
}

/** What a key may do that was given these; null = everything. */
export function keyHolder(permissions: readonly Permission[] | null): Holder {
  return { kind: 'apiKey', ...(permissions && { permissions: withImplied(permissions) }) };
}

/** Whether a caller has a permission. A client token has none: what is open to it is open by itself. */
export function holds(who: Holder, permission: Permission): boolean {
  switch (who.kind) {
    case 'apiKey':
    case 'accessToken':
      return who.permissions === undefined || who.permissions.has(permission);
    case 'person':
      return who.permissions?.has(permission) ?? false;
    case 'clientToken':
      return false;
    default:
      throw new Error(`unhandled principal: ${who.kind satisfies never}`);
  }
}

/**
 * Whether phone numbers are shown in full, wherever they are. A frontend's token sees them masked; so does a person,
 * whatever their role: with the permission they reveal one at a time, and each is noted (verifications/reveal.ts).
 */
export function mayRevealPhone(who: Holder): boolean {
  return who.kind !== 'person' && holds(who, 'numbers:reveal');
}
