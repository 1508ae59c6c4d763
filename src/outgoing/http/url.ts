/** A URL template in two: where to connect, and the template of what to ask for there. */
export interface UrlParts {
  /** `https://host:port`, without placeholders. */
  origin: URL;
  /** Path and query, with placeholders. */
  target: string;
}

const URL_FORM = /^(https?):\/\/([^/?#]*)([^#]*)$/i;

/** What is wrong with a URL template, in words; `undefined` when it can be used. */
export function urlProblem(text: string): string | undefined {
  const [, scheme, authority = '', target = ''] = URL_FORM.exec(text) ?? [];
  if (scheme === undefined)
    return text.includes('#') ? 'a fragment (#…) is never sent' : 'a URL begins with https://';
  if (/[{}]/.test(authority)) return 'no placeholder and no secret may choose the host';
  if (authority.includes('@'))
    return 'credentials do not go before the host (of carriers they go into "auth")';
  if (!/^[\x21-\x7e]*$/.test(target)) return 'a URL is in ASCII, without spaces: write them as %20';
  if (target.includes('\\')) return 'a URL has no backslashes';
  if (segmentsOf(target).some(isDots)) return 'a path without . and ..';
  return originOf(scheme, authority) ? undefined : `${JSON.stringify(authority)} is not a host`;
}

/** Takes apart a URL template that has no problem. */
export function splitUrl(text: string): UrlParts {
  const [, scheme = '', authority = '', target = ''] = URL_FORM.exec(text)!;
  return { origin: originOf(scheme, authority)!, target: target.startsWith('/') ? target : `/${target}` };
}

/** Whether a filled path leads where its template did not: a value that is `..` would go up. */
export function hasDots(target: string): boolean {
  return segmentsOf(target).some(isDots);
}

/** Percent-encodes a value so that it is one value wherever it stands in a path or a query. */
export function encodeValue(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function segmentsOf(target: string): string[] {
  return target.split('?')[0]!.split('/');
}

function isDots(segment: string): boolean {
  return /^(?:\.|%2e){1,2}$/i.test(segment);
}

function originOf(scheme: string, authority: string): URL | undefined {
  const url = URL.parse(`${scheme}://${authority}/`);
  return url && url.hostname !== '' ? url : undefined;
}
