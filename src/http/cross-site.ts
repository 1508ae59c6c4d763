/** Of a request, their names in lower case. */
export interface SiteHeaders {
  origin?: string | undefined;
  'sec-fetch-site'?: string | string[] | undefined;
}

/**
 * Whether a request was sent by a page of ours, and may therefore be believed by what the browser adds by itself:
 * a cookie. This alone decides, for every path, method and protocol; a credential in `Authorization` needs no
 * such proof, for no page of somebody else can have it.
 *
 * Browsers say the origin of whatever is not a plain reading of the same site (WebSockets among it), and no page
 * can make them say another one. A plain reading has `Sec-Fetch-Site` instead. Whoever says neither is no browser
 * of today, and has no use for a cookie.
 * @param ownOrigins as browsers write them: `https://otp.example`
 */
export function isFromOwnPage(headers: SiteHeaders, ownOrigins: ReadonlySet<string>): boolean {
  if (headers.origin !== undefined) return ownOrigins.has(headers.origin);
  return headers['sec-fetch-site'] === 'same-origin';
}
