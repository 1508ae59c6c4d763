import { CredentialInvalid } from '../accounts/errors.ts';
import type { PageStanding, Sender } from '../accounts/sender.ts';
import { readSessionCookie, readStepCookies } from './session-cookie.ts';
import { isWholeSessionToken, readBearerSession } from './session-token.ts';

/** The credential that a request comes with, and what it says of its sender. */
export interface Presented extends Sender {
  credential: string | undefined;
}

/** As Node has them. */
export interface PresentingHeaders {
  authorization?: string | undefined;
  cookie?: string | undefined;
  origin?: string | undefined;
  host?: string | undefined;
  'sec-fetch-site'?: string | string[] | undefined;
  'otpost-account'?: string | string[] | undefined;
  'otpost-app'?: string | string[] | undefined;
}

/** Where our own pages are from. */
export interface OwnOrigins {
  publicUrl: string;
  /** Named by the operator; undefined: none is. */
  allowed: readonly string[] | undefined;
}

/**
 * What a request proves who it is with: its `Authorization`, else the cookie of a session. A browser adds the
 * cookie to whatever any page sends here, so it counts only for a page of ours (CSRF).
 */
export function presentedIn(headers: PresentingHeaders, own: OwnOrigins): Presented {
  return { credential: headers.authorization ?? cookieIn(headers, own), ...senderIn(headers, own) };
}

/** What a request says of who sends it. */
export function senderIn(headers: PresentingHeaders, own: OwnOrigins): Sender {
  const { origin, 'otpost-account': account, 'otpost-app': clientApp } = headers;
  return {
    account: typeof account === 'string' ? account : undefined,
    clientApp: typeof clientApp === 'string' ? clientApp : undefined,
    origin,
    standing: origin === undefined ? undefined : standingOf(origin, headers.host, own),
  };
}

function standingOf(origin: string, host: string | undefined, own: OwnOrigins): PageStanding {
  if (isOwnOrigin(origin, host, own)) return 'named';
  return own.allowed ? 'foreign' : 'unnamed';
}

/** The token in the session's cookie, when the page that sends it is ours. */
export function cookieIn(headers: PresentingHeaders, own: OwnOrigins): string | undefined {
  if (headers.cookie === undefined || !isOwnPage(headers, own)) return undefined;
  return readSessionCookie(headers.cookie, own.publicUrl.startsWith('https:'));
}

/** What a request below `/auth` comes with. */
export interface PresentedSession {
  token: string | undefined;
  /** Of a sign-in that is under way; a session is not among them. */
  cookies: string | undefined;
}

/**
 * The session that a request comes with, read once and for all: whoever reads the headers again may read another one in
 * them, or one where we see none. An `Authorization` that has anything else is refused; such a cookie, which a browser
 * cannot help sending, is as none.
 * @throws {CredentialInvalid}
 */
export function presentedSessionIn(headers: PresentingHeaders, own: OwnOrigins): PresentedSession {
  if (headers.authorization !== undefined) {
    const token = readBearerSession(headers.authorization);
    if (token === undefined) throw new CredentialInvalid('malformed');
    return { token, cookies: undefined };
  }
  if (!isOwnPage(headers, own)) return { token: undefined, cookies: undefined };
  const secure = own.publicUrl.startsWith('https:');
  const token = readSessionCookie(headers.cookie, secure);
  return {
    token: token !== undefined && isWholeSessionToken(token) ? token : undefined,
    cookies: readStepCookies(headers.cookie, secure),
  };
}

/**
 * Whether a request comes from a page of this host, or of one that the operator named. Without an `Origin` (a GET
 * of the same origin has none) the browser must say so itself, which no page can do for it.
 */
export function isOwnPage(headers: PresentingHeaders, own: OwnOrigins): boolean {
  const { origin } = headers;
  return origin === undefined
    ? headers['sec-fetch-site'] === 'same-origin'
    : isOwnOrigin(origin, headers.host, own);
}

export function isOwnOrigin(origin: string, host: string | undefined, own: OwnOrigins): boolean {
  if (own.allowed?.includes(origin)) return true;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  // A foreign name that was pointed at our address has a host, too; but the browser keeps its cookies for that name.
  return url !== undefined && (url.host === host || url.origin === new URL(own.publicUrl).origin);
}
