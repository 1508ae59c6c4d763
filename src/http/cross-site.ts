import { isOwnHost } from './hosts.ts';

/** Of a request, their names in lower case. */
export interface SiteHeaders {
  origin?: string | undefined;
  host?: string | undefined;
  'sec-fetch-site'?: string | string[] | undefined;
}

/** Where our own pages are from. */
export interface OwnPages {
  publicUrl: string;
  /** Named by the operator, as browsers write them: `https://otp.example`; undefined: none is. */
  allowed: readonly string[] | undefined;
  /** Names that are ours, in lower case (`isOwnHost`). */
  hosts: ReadonlySet<string>;
}

/**
 * Whether a request was sent by a page of ours, and may therefore be believed by what the browser adds by itself:
 * a cookie. This alone decides, for every path, method and protocol; a credential in `Authorization` needs no
 * such proof, for no page of somebody else can have it.
 *
 * Browsers say the origin of whatever is not a plain reading of the same site (WebSockets among it), and no page
 * can make them say another one. A plain reading has `Sec-Fetch-Site` instead. Whoever says neither is no browser
 * of today, and has no use for a cookie.
 */
export function isOwnPage(headers: SiteHeaders, own: OwnPages): boolean {
  const { origin, host } = headers;
  return origin === undefined ? headers['sec-fetch-site'] === 'same-origin' : isOwnOrigin(origin, host, own);
}

/**
 * Whether an origin is one of ours: of `PUBLIC_URL`, one that the operator names, or the very host that is asked, when
 * that has a name of ours. Any name can be pointed here, and its pages then ask the host that they are from.
 */
export function isOwnOrigin(origin: string, host: string | undefined, own: OwnPages): boolean {
  if (own.allowed?.includes(origin)) return true;
  const ours = new URL(own.publicUrl);
  // Written in another way than browsers do it is no browser's.
  if (origin === ours.origin) return true;
  // Whoever is on the way can put anything into a page that came without TLS.
  return isOwnHost(host, own.hosts) && origin === `${ours.protocol}//${host}`;
}
