/** Of the session's cookie, behind the prefix. */
export const SESSION_COOKIE = '.session';

/** `__Host-`: from this very host, over TLS, for every path, and set by nobody beside us (RFC 6265bis §4.1.3.2). */
export function cookiePrefix(secure: boolean): string {
  return secure ? '__Host-otpost' : 'otpost';
}

/** What a sign-in leaves in a browser besides its session, behind the prefix: they say which step it is at, and where. */
const STEP_COOKIES = ['.two_factor', '.passkey', '.dont_remember', '.device'];

/** Of a `Cookie` header only what belongs to the steps of a sign-in; undefined when there is nothing of it. */
export function readStepCookies(header: string | undefined, secure: boolean): string | undefined {
  const names = STEP_COOKIES.map((name) => `${cookiePrefix(secure)}${name}=`);
  const pairs = header?.split(';').map((text) => text.trim()) ?? [];
  return pairs.filter((pair) => names.some((name) => pair.startsWith(name))).join('; ') || undefined;
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
