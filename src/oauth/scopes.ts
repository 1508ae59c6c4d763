import { ALL_PERMISSIONS, isPermission, withImplied, type Permission } from '../accounts/permissions.ts';

// Whoever holds a token for minutes must not be able to make a credential of it that lasts, nor a member who stays.
const NOT_FOR_CLIENTS: readonly Permission[] = ['keys:manage', 'clients:manage', 'people:write'];

/** What a client can be let do, and an access token be asked for. */
export const SCOPES: readonly Permission[] = ALL_PERMISSIONS.filter(isScope);

export function isScope(permission: Permission): boolean {
  return !NOT_FOR_CLIENTS.includes(permission);
}

export type ReadScope = { granted: readonly Permission[] } | { refused: string };

/**
 * Reads the `scope` of a request (RFC 6749 §3.3): names with spaces between them.
 * @param text absent or empty: all that the client may do
 * @param permissions of the client, an earlier version's among them; a `…:write` brings its `…:read` with it
 */
export function readScope(text: string | undefined, permissions: readonly Permission[]): ReadScope {
  const allowed = permissions.filter(isScope);
  const asked = new Set((text ?? '').split(' ').filter((name) => name !== ''));
  if (asked.size === 0) return { granted: allowed };
  const all = withImplied(allowed);
  const beyond = [...asked].filter((name) => !isPermission(name) || !all.has(name));
  if (beyond.length === 0) return { granted: ALL_PERMISSIONS.filter((name) => asked.has(name)) };
  // Of what is no scope at all nothing is repeated: it may be anything.
  const known = beyond.filter(isPermission);
  const what = known.length > 0 ? known.join(' ') : 'Something in it';
  return { refused: `${what} is not in the scope of this client, which is: ${allowed.join(' ')}.` };
}
