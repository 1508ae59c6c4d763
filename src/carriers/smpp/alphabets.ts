/**
 * The alphabets that a carrier may mean by `data_coding` 0. Over the air it is always GSM 03.38 (3GPP
 * TS 23.038 §6.2.1); a carrier that takes Latin-1 or ASCII converts it on its side.
 */
export type Alphabet = 'gsm' | 'latin1' | 'ascii';

export const GSM_ESCAPE = 0x1b;

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅå' +
  'Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ' +
  ' !"#¤%&\'()*+,-./' +
  '0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNO' +
  'PQRSTUVWXYZÄÖÑÜ§' +
  '¿abcdefghijklmno' +
  'pqrstuvwxyzäöñüà';

const EXTENSION: ReadonlyMap<number, string> = new Map([
  [0x0a, '\f'],
  [0x14, '^'],
  [0x28, '{'],
  [0x29, '}'],
  [0x2f, '\\'],
  [0x3c, '['],
  [0x3d, '~'],
  [0x3e, ']'],
  [0x40, '|'],
  [0x65, '€'],
]);

// A flat table, since every character of every text passes through it: 0xffff is "not in GSM 03.38",
// 0x1bxx an escape pair.
const ABSENT = 0xffff;
const gsmByUnit = new Uint16Array(0x20ad).fill(ABSENT);
for (let code = 0; code < BASIC.length; code++) {
  if (code !== GSM_ESCAPE) gsmByUnit[BASIC.charCodeAt(code)] = code;
}
for (const [code, character] of EXTENSION) gsmByUnit[character.charCodeAt(0)] = (GSM_ESCAPE << 8) | code;

/** The GSM 03.38 code of a UTF-16 unit (`0x1bxx` for an escape pair), `undefined` when it has none. */
export function gsmCode(unit: number): number | undefined {
  const code = unit < gsmByUnit.length ? gsmByUnit[unit]! : ABSENT;
  return code === ABSENT ? undefined : code;
}

/**
 * Septets that a UTF-16 unit takes over the air (1, or 2 for the extension table), 0 when it cannot be
 * sent through this alphabet and the text needs UCS-2.
 */
export function septetsOf(unit: number, alphabet: Alphabet): 0 | 1 | 2 {
  const code = gsmCode(unit);
  if (code === undefined) return 0;
  if (alphabet === 'latin1' && unit > 0xff) return 0;
  if (alphabet === 'ascii' && unit > 0x7f) return 0;
  return code > 0xff ? 2 : 1;
}

/** Writes a text of which every unit has its septets in this alphabet; one septet per octet. */
export function writeAlphabet(text: string, alphabet: Alphabet): Buffer {
  if (alphabet !== 'gsm') return Buffer.from(text, 'latin1');
  const octets = Buffer.allocUnsafe(text.length * 2);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = gsmByUnit[text.charCodeAt(i)]!;
    if (code > 0xff) octets[length++] = GSM_ESCAPE;
    octets[length++] = code & 0xff;
  }
  return octets.subarray(0, length);
}

/** Reads unpacked septets. Never fails: the standard names a character for every code, escapes included. */
export function readGsm(octets: Uint8Array): string {
  let text = '';
  for (let i = 0; i < octets.length; i++) {
    const code = octets[i]! & 0x7f;
    if (code !== GSM_ESCAPE) {
      text += BASIC[code]!;
      continue;
    }
    const next = octets[++i];
    if (next === undefined) break;
    // §6.2.1.1: an unknown extension is shown as the character of the basic table, a second escape as a space.
    text += next === GSM_ESCAPE ? ' ' : (EXTENSION.get(next) ?? BASIC[next & 0x7f]!);
  }
  return text;
}
