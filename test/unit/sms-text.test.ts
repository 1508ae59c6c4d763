import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countSegments,
  decodeText,
  encodeText,
  splitUdh,
  TextTooLong,
} from '../../src/carriers/smpp/text.ts';
import { transliterate } from '../../src/carriers/smpp/transliterate.ts';

const GSM_CHARACTERS = [
  ...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCXYZÄÖÑÜ§¿abcxyzäöñüà',
  ...'\f^{}\\[~]|€',
];
const gsmText = fc.string({ unit: fc.constantFrom(...GSM_CHARACTERS), maxLength: 700 });
const anyText = fc.string({ unit: 'binary', maxLength: 400 });
const alphabet = fc.constantFrom('gsm', 'latin1', 'ascii');

describe('segments', () => {
  test.each([
    ['', 1],
    ['a'.repeat(160), 1],
    ['a'.repeat(161), 2],
    ['a'.repeat(306), 2],
    ['a'.repeat(307), 3],
    ['č'.repeat(70), 1],
    ['č'.repeat(71), 2],
    ['č'.repeat(134), 2],
    ['č'.repeat(135), 3],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    // 153 is odd: an escape pair that would be cut moves on, so a joined segment holds 76 of them.
    ['€'.repeat(152), 2],
    ['€'.repeat(153), 3],
    ['😀'.repeat(35), 1],
    // 67 is odd as well: 33 pairs per joined segment.
    ['😀'.repeat(66), 2],
    ['😀'.repeat(67), 3],
  ])('a text takes as many segments as the standard says (%#)', (text, segments) => {
    expect(countSegments(text)).toBe(segments);
    expect(encodeText(text).segments).toHaveLength(segments);
  });

  test('a text past 255 segments is refused, one of 255 is not', () => {
    expect(encodeText('a'.repeat(255 * 153)).segments).toHaveLength(255);
    expect(() => encodeText('a'.repeat(255 * 153 + 1))).toThrow(TextTooLong);
    expect(() => encodeText('č'.repeat(255 * 67 + 1))).toThrow(/256 SMS segments/);
  });

  test('no segment is longer than a message can carry, and none ends inside a pair', () => {
    fc.assert(
      fc.property(fc.oneof(gsmText, anyText), (text) => {
        const { segments, dataCoding, udh } = encodeText(text);
        for (const segment of segments) {
          expect(segment.length).toBeLessThanOrEqual(dataCoding === 8 ? 140 : udh ? 159 : 160);
          if (dataCoding === 0) expect(segment.at(-1)).not.toBe(0x1b);
        }
        if (dataCoding === 8 && text.isWellFormed()) {
          for (const s of segments) expect(decodeText(s, 8, { udh }).isWellFormed()).toBe(true);
        }
      }),
    );
  });
});

describe('encoding', () => {
  test('every character of GSM 03.38 goes out unpacked under data_coding 0 with its own code', () => {
    expect(encodeText('@£_ÄÖàé€[').segments[0]).toEqual(
      Buffer.from([0x00, 0x01, 0x11, 0x5b, 0x5c, 0x7f, 0x05, 0x1b, 0x65, 0x1b, 0x3c]),
    );
    for (const character of GSM_CHARACTERS) expect(encodeText(character).dataCoding).toBe(0);
  });

  test('a character outside GSM 03.38 turns the text to big-endian UCS-2', () => {
    expect(encodeText('č1')).toEqual({
      dataCoding: 8,
      udh: false,
      segments: [Buffer.from([0x01, 0x0d, 0x00, 0x31])],
    });
  });

  test('joined segments carry an 8-bit reference, the total and their number', () => {
    const { udh, segments } = encodeText('a'.repeat(161), { reference: 0x1a7 });
    expect(udh).toBe(true);
    expect([...segments[1]!.subarray(0, 6)]).toEqual([5, 0, 3, 0xa7, 2, 2]);
    expect(splitUdh(segments[1]!).part).toEqual({ reference: 0xa7, total: 2, number: 2 });
  });

  test('a carrier whose default alphabet is Latin-1 or ASCII gets its octets, counted in septets over the air', () => {
    expect(encodeText('@é[', { alphabet: 'latin1' })).toMatchObject({
      dataCoding: 0,
      segments: [Buffer.from([0x40, 0xe9, 0x5b])],
    });
    expect(encodeText('€', { alphabet: 'latin1' }).dataCoding).toBe(8);
    expect(encodeText('é', { alphabet: 'ascii' }).dataCoding).toBe(8);
    expect(countSegments('['.repeat(81), 'ascii')).toBe(2);
    // In Latin-1, but GSM 03.38 has no such character: the carrier could only send a question mark.
    expect(encodeText('ç', { alphabet: 'latin1' }).dataCoding).toBe(8);
  });
});

describe('decoding', () => {
  test('whatever was encoded is read back, in every alphabet', () => {
    fc.assert(
      fc.property(fc.oneof(gsmText, anyText), alphabet, fc.nat(255), (text, alphabet, reference) => {
        const { dataCoding, udh, segments } = encodeText(text, { alphabet, reference });
        expect(segments.map((s) => decodeText(s, dataCoding, { udh, alphabet })).join('')).toBe(text);
        if (udh) expect(segments.map((s) => splitUdh(s).part?.number)).toEqual(segments.map((_, i) => i + 1));
      }),
      { numRuns: 300 },
    );
  });

  test('any octets under any data_coding are read without failing', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(255),
        fc.boolean(),
        alphabet,
        (bytes, dc, udh, a) => {
          expect(typeof decodeText(Buffer.from(bytes), dc, { udh, alphabet: a })).toBe('string');
        },
      ),
    );
  });

  test('a 16-bit reference is read, and other header elements are passed over', () => {
    const octets = Buffer.from([0x0b, 0x05, 0x04, 1, 2, 3, 4, 0x08, 0x04, 0x12, 0x34, 2, 1, 0x41]);
    expect(splitUdh(octets)).toEqual({ body: octets.subarray(12), part: undefined });
    octets[0] = 0x0c;
    expect(splitUdh(octets)).toEqual({
      body: Buffer.from('A'),
      part: { reference: 0x1234, total: 2, number: 1 },
    });
  });

  test('flash messages are text', () => {
    expect(decodeText(Buffer.from([0x00]), 0x10)).toBe('@');
    expect(decodeText(Buffer.from([0x00, 0x41]), 0x18)).toBe('A');
    expect(decodeText(Buffer.from([0x00]), 0xf0)).toBe('@');
  });
});

describe('transliteration', () => {
  test('one curly quote no longer triples the price', () => {
    const text = `It’s “${'a'.repeat(150)}”`;
    expect(countSegments(text)).toBe(3);
    expect(countSegments(transliterate(text))).toBe(1);
    expect(transliterate('a\u00a0b – c…')).toBe('a b - c...');
  });

  test('a text that needs UCS-2 all the same is left as it is', () => {
    expect(transliterate('“čaj”')).toBe('“čaj”');
  });

  test('a text that needs nothing is left as it is', () => {
    fc.assert(fc.property(gsmText, (text) => transliterate(text) === text));
  });
});
