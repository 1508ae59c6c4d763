/** Of the session's cookie, behind the prefix. */
export const SESSION_COOKIE = '.session';

/** `__Host-`: from this very host, over TLS, for every path, and set by nobody beside us (RFC 6265bis §4.1.3.2). */
export function cookiePrefix(secure: boolean): string {
  return secure ? '__Host-otpost' : 'otpost';
}

/**
 * The token in a `Cookie` header. What stands behind its dot is a signature of the library's, and worth nothing
 * here: the token is looked up.
 */
export function readSessionCookie(header: string | undefined, secure: boolean): string | undefined {
  const name = `${cookiePrefix(secure)}${SESSION_COOKIE}=`;
  const pair = header?.split(';').find((text) => text.trimStart().startsWith(name));
  const [token] =
    pair
      ?.trim()
      .slice(name.length)
      .split(/\.|%2E/i) ?? [];
  return token || undefined;
}
