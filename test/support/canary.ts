/** What must not be found, with the ways in which it could be written. */
export interface Canary {
  what: string;
  forms: readonly string[];
}

/** @param e164 a Croatian number */
export function numberCanary(what: string, e164: string): Canary {
  const digits = e164.slice(1);
  return { what: `the number of ${what}`, forms: [...formsOf(digits), ...formsOf(`0${digits.slice(3)}`)] };
}

/** A code of ten characters: shorter ones are found by chance. */
export function codeCanary(what: string, code: string): Canary {
  return { what: `the code of ${what}`, forms: formsOf(code) };
}

/** As it is, in hexadecimal (as PostgreSQL prints octets), as UCS-2, and in base64 at each alignment. */
function formsOf(text: string): string[] {
  const ucs2 = Buffer.from(text, 'utf16le').swap16().toString('hex');
  return [text, Buffer.from(text).toString('hex'), ucs2, ...[0, 1, 2].map((at) => inBase64(text, at))];
}

/** The characters of base64 that do not depend on what stands before and behind. */
function inBase64(text: string, at: number): string {
  const whole = Buffer.from(`${' '.repeat(at)}${text}`)
    .toString('base64')
    .replace(/=+$/, '');
  return whole.slice(Math.ceil((at * 8) / 6), -1);
}

/** The canaries that are in a text, whatever separates their characters. */
export function canariesIn(text: string, canaries: readonly Canary[]): string[] {
  const plain = text.toLowerCase();
  // Digits that a carrier has grouped. Not across quotes and commas: what stands apart is not one number.
  const joined = plain.replaceAll(/[ ().+/-]|%20/g, '');
  return canaries
    .filter(({ forms }) =>
      forms.some((form) => plain.includes(form.toLowerCase()) || joined.includes(form.toLowerCase())),
    )
    .map(({ what }) => what);
}
