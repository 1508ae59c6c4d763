import { type Alphabet, readGsm, septetsOf, writeAlphabet } from './alphabets.ts';

/** SMPP v3.4 §5.2.19. */
export const DATA_CODING = { default: 0x00, ascii: 0x01, latin1: 0x03, ucs2: 0x08 } as const;

/** What one segment holds: in septets for the default alphabet, in UTF-16 units for UCS-2. */
const CAPACITY = { septets: { alone: 160, joined: 153 }, units: { alone: 70, joined: 67 } } as const;
const MAX_SEGMENTS = 255;

/** A text that needs more segments than an 8-bit part number can count. */
export class TextTooLong extends Error {
  override readonly name = 'TextTooLong';
  readonly segments: number;
  constructor(segments: number) {
    super(`The text takes ${segments} SMS segments; ${MAX_SEGMENTS} is the most that one message can have.`);
    this.segments = segments;
  }
}

export interface EncodedText {
  /** 0 for the carrier's default alphabet, 8 for UCS-2. */
  dataCoding: number;
  /** Whether every segment begins with a user data header: set bit 0x40 of `esm_class` then. */
  udh: boolean;
  /** The `short_message` of each segment, in order; one septet per octet. */
  segments: Buffer[];
}

/**
 * Splits a text into SMS segments (3GPP TS 23.038 and 23.040 §9.2.3.24.1: 160 septets alone, 153 joined;
 * 70 and 67 in UCS-2). No segment ends inside an escape pair or a surrogate pair.
 * @param text any Unicode; a character outside GSM 03.38 or outside the carrier's alphabet forces UCS-2
 * @param options `reference` joins the segments at the handset (its low 8 bits count, default 0);
 *   `alphabet` is what the carrier means by `data_coding` 0 (default GSM 03.38)
 * @throws {TextTooLong} past 255 segments
 */
export function encodeText(
  text: string,
  options: { reference?: number; alphabet?: Alphabet } = {},
): EncodedText {
  const alphabet = options.alphabet ?? 'gsm';
  const { septets, pieces } = split(text, alphabet);
  if (pieces.length > MAX_SEGMENTS) throw new TextTooLong(pieces.length);
  const bodies = pieces.map((piece) => (septets ? writeAlphabet(piece, alphabet) : writeUcs2(piece)));
  const udh = bodies.length > 1;
  const reference = (options.reference ?? 0) & 0xff;
  return {
    dataCoding: septets ? DATA_CODING.default : DATA_CODING.ucs2,
    udh,
    segments: udh
      ? bodies.map((body, i) =>
          Buffer.concat([Buffer.from([5, 0, 3, reference, bodies.length, i + 1]), body]),
        )
      : bodies,
  };
}

/** How many segments a text takes; one for the empty text, more than 255 when it cannot be sent at all. */
export function countSegments(text: string, alphabet: Alphabet = 'gsm'): number {
  return split(text, alphabet).pieces.length;
}

/** Which part of a long message a segment is. */
export interface Part {
  reference: number;
  total: number;
  /** From 1. */
  number: number;
}

/**
 * Takes the user data header off a segment. Reads 8-bit and 16-bit references; a header that makes no
 * sense is dropped as far as it reaches, and the segment then counts as a message of its own.
 */
export function splitUdh(octets: Buffer): { body: Buffer; part?: Part } {
  const end = (octets[0] ?? 0) + 1;
  const header = octets.subarray(1, end);
  const body = octets.subarray(end);
  for (let at = 0; at + 2 <= header.length; at += 2 + header[at + 1]!) {
    const id = header[at]!;
    const length = header[at + 1]!;
    const referenceSize = id === 0x00 && length === 3 ? 1 : id === 0x08 && length === 4 ? 2 : 0;
    if (referenceSize === 0 || at + 2 + length > header.length) continue;
    const reference = header.readUIntBE(at + 2, referenceSize);
    const total = header[at + 2 + referenceSize]!;
    const number = header[at + 3 + referenceSize]!;
    if (number >= 1 && number <= total) return { body, part: { reference, total, number } };
  }
  return { body };
}

/**
 * Reads the text of a `short_message`. Never fails: octets of an encoding that is not text (binary, or
 * one that no carrier sends to phones) are read as Latin-1, which keeps each of them visible.
 */
export function decodeText(
  octets: Buffer,
  dataCoding: number,
  options: { udh?: boolean; alphabet?: Alphabet } = {},
): string {
  const body = options.udh ? splitUdh(octets).body : octets;
  switch (charsetOf(dataCoding, options.alphabet ?? 'gsm')) {
    case 'ucs2':
      return readUcs2(body);
    case 'gsm':
      return readGsm(body);
    case 'ascii':
      return body.toString('ascii');
    case 'latin1':
      return body.toString('latin1');
  }
}

function charsetOf(dataCoding: number, alphabet: Alphabet): Alphabet | 'ucs2' {
  if (dataCoding === DATA_CODING.default) return alphabet;
  if (dataCoding === DATA_CODING.ascii) return 'ascii';
  if (dataCoding === DATA_CODING.ucs2) return 'ucs2';
  // 3GPP TS 23.038 §4: 0x1x is a text with a message class, bits 3–2 its alphabet; 0xFx the same with one bit.
  if (dataCoding >> 4 === 0x1) return (dataCoding & 0x0c) === 0x08 ? 'ucs2' : alphabet;
  if (dataCoding >> 4 === 0xf && (dataCoding & 0x04) === 0) return alphabet;
  return 'latin1';
}

function split(text: string, alphabet: Alphabet): { septets: boolean; pieces: string[] } {
  let total = 0;
  let septets = true;
  for (let i = 0; septets && i < text.length; i++) {
    const cost = septetsOf(text.charCodeAt(i), alphabet);
    total += cost;
    septets = cost > 0;
  }
  if (!septets) return { septets, pieces: splitUnits(text) };
  if (total <= CAPACITY.septets.alone) return { septets, pieces: [text] };
  const pieces: string[] = [];
  let start = 0;
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    const cost = septetsOf(text.charCodeAt(i), alphabet);
    if (used + cost > CAPACITY.septets.joined) {
      pieces.push(text.slice(start, i));
      start = i;
      used = 0;
    }
    used += cost;
  }
  pieces.push(text.slice(start));
  return { septets, pieces };
}

function splitUnits(text: string): string[] {
  if (text.length <= CAPACITY.units.alone) return [text];
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + CAPACITY.units.joined, text.length);
    if (end < text.length && isHighSurrogate(text, end - 1) && isLowSurrogate(text, end)) end--;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

const isHighSurrogate = (text: string, i: number) => (text.charCodeAt(i) & 0xfc00) === 0xd800;
const isLowSurrogate = (text: string, i: number) => (text.charCodeAt(i) & 0xfc00) === 0xdc00;

const writeUcs2 = (text: string) => Buffer.from(text, 'utf16le').swap16();

function readUcs2(octets: Buffer): string {
  const even = octets.subarray(0, octets.length & ~1);
  return Buffer.from(even).swap16().toString('utf16le');
}
