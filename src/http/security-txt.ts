export const SECURITY_TXT_PATH = '/.well-known/security.txt';

/** Where faults of the program itself are told, by default. */
const PROJECT = 'https://github.com/otpost/otpost';
/** It must be under a year (RFC 9116 §2.5.5); counted from the day, so that it is the same all day. */
const VALID_DAYS = 180;
const DAY_MS = 86_400_000;

/**
 * To whom somebody who found a hole can turn (RFC 9116).
 * @param contact a URI: `mailto:…` or `https://…`
 */
export function securityTxt(contact: string | undefined, publicUrl: string, now: number): string {
  const expires = new Date((Math.floor(now / DAY_MS) + VALID_DAYS) * DAY_MS);
  return [
    `Contact: ${contact ?? `${PROJECT}/security/advisories/new`}`,
    `Expires: ${expires.toISOString()}`,
    'Preferred-Languages: en',
    ...(publicUrl.startsWith('https:') ? [`Canonical: ${publicUrl}${SECURITY_TXT_PATH}`] : []),
    `Policy: ${PROJECT}/blob/main/SECURITY.md`,
    '',
  ].join('\n');
}

/** A contact as somebody writes it: an address of mail is one, too. @returns undefined when it is none */
export function readContact(text: string): string | undefined {
  if (/^[^\s@:<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(text)) return `mailto:${text}`;
  return /^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s]+|tel:\+[\d-]+)$/.test(text) ? text : undefined;
}
