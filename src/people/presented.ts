import { CredentialInvalid } from '../accounts/errors.ts';
import type { PageStanding, Sender } from '../accounts/sender.ts';
import { isOwnOrigin, isOwnPage, type OwnPages, type SiteHeaders } from '../http/cross-site.ts';
import { readSessionCookie, readStepCookies } from './session-cookie.ts';
import { isWholeSessionToken, readBearerSession } from './session-token.ts';

/** The credential that a request comes with, and what it says of its sender. */
export interface Presented extends Sender {
  credential: string | undefined;
}

/** As Node has them. */
export interface PresentingHeaders extends SiteHeaders {
  authorization?: string | undefined;
  cookie?: string | undefined;
  'otpost-account'?: string | string[] | undefined;
  'otpost-app'?: string | string[] | undefined;
}

/**
 * What a request proves who it is with: its `Authorization`, else the cookie of a session. A browser adds the
 * cookie to whatever any page sends here, so it counts only for a page of ours (CSRF).
 */
export function presentedIn(headers: PresentingHeaders, own: OwnPages): Presented {
  return { credential: headers.authorization ?? cookieIn(headers, own), ...senderIn(headers, own) };
}

/** What a request says of who sends it. */
export function senderIn(headers: PresentingHeaders, own: OwnPages): Sender {
  const { origin, 'otpost-account': account, 'otpost-app': clientApp } = headers;
  return {
    account: typeof account === 'string' ? account : undefined,
    clientApp: typeof clientApp === 'string' ? clientApp : undefined,
    origin,
    standing: origin === undefined ? undefined : standingOf(origin, headers.host, own),
  };
}

function standingOf(origin: string, host: string | undefined, own: OwnPages): PageStanding {
  if (isOwnOrigin(origin, host, own)) return 'named';
  return own.allowed ? 'foreign' : 'unnamed';
}

/** The token in the session's cookie, when the page that sends it is ours. */
export function cookieIn(headers: PresentingHeaders, own: OwnPages): string | undefined {
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
export function presentedSessionIn(headers: PresentingHeaders, own: OwnPages): PresentedSession {
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
