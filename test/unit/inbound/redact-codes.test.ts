import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactCodes, REDACTED } from '../../../src/inbound/redact-codes.ts';

const digits = fc.stringMatching(/^\d{4,10}$/);
const words = fc.array(
  fc.constantFrom(
    'your',
    'kod',
    'je',
    'code',
    'is',
    'Vaš',
    'for',
    'Mega-Bank',
    '—',
    'пароль',
    '(',
    ')',
    ':',
    '\n',
    'le',
  ),
  { maxLength: 5 },
);
const ZEROS = [0x30, 0x660, 0x6f0, 0x966, 0xff10, 0x1d7ce];
const groupings: ((code: string) => string)[] = [
  (code) => code,
  (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
  (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
  (code) => [...code].join(' '),
  (code) => [...code].join('\u200b'),
  (code) => `${code.slice(0, 2)}\u00a0${code.slice(2, 4)}.${code.slice(4)}`,
  (code) => `G-${code}`,
  (code) => `#${code}.`,
];

/** Runs of digits that stand together, as 0–9. */
function digitRuns(text: string): string[] {
  const plain = text.replace(/\p{Nd}/gu, (d) => {
    const zero = ZEROS.find((from) => d.codePointAt(0)! >= from && d.codePointAt(0)! < from + 10)!;
    return String(d.codePointAt(0)! - zero);
  });
  return plain.match(/\d(?:[^\p{L}\d•]?\d)*/gu)?.map((run) => run.replace(/\D/g, '')) ?? [];
}

describe('redaction', () => {
  test('no four digits of a code stay together, in any script, grouping and sentence', () => {
    fc.assert(
      fc.property(
        digits,
        words,
        words,
        fc.constantFrom(...groupings),
        fc.constantFrom(...ZEROS),
        (code, before, after, group, zero) => {
          const written = group(code).replace(/\d/g, (d) => String.fromCodePoint(zero + Number(d)));
          const redacted = redactCodes([...before, written, ...after].join(' '));
          expect(redacted).toContain(REDACTED);
          for (const run of digitRuns(redacted)) expect(run.length).toBeLessThan(4);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('redacting twice is the same as once', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      words.map((w) => w.join(' ')),
      // Letters and digits side by side, those of two units among them.
      fc
        .array(fc.constantFrom('a', 'B', '1', '٢', '𝟎', '𐒠', '一', '-', ' ', '•', 'code ', '2.', '\u200b'), {
          maxLength: 20,
        })
        .map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, digits, text, (before, code, after) => {
        const once = redactCodes(`${before}${code}${after}`);
        expect(redactCodes(once)).toBe(once);
      }),
      {
        numRuns: 1_000,
        examples: [
          ['𝟎𐒠一', '0000', 'your'],
          ['12ab', '3456', 'letters'],
        ],
      },
    );
  });

  test('a text without digits and without a word for codes stays as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-bA-Bščđ ,.!?\n]{0,80}$/), (text) => {
        expect(redactCodes(text)).toBe(text);
      }),
    );
  });

  test.each([
    'Your Mega Manager verification code is: 049769',
    '097489',
    '85374',
    '682602',
    'Vaš kod je 123 456.',
    '<#> 4821 is your Otpost code\nFA+9qCX9VSu',
    'G-123456 is your verification code',
    'PIN: 0042',
    'код: ١٢٣٤٥٦',
    'lozinka 12-34-56',
    '123456\n654321',
    'your password is KXWPQR',
    'Use code A1B2C3 to log in',
    'Kôd: AB12-CD34',
    '123456 12345',
    '482913 EUR 50',
  ])('%j holds a code', (text) => {
    const redacted = redactCodes(text);
    expect(redacted).toContain(REDACTED);
    expect(redacted).not.toMatch(/\d{4}|\d[ -]\d|KXWPQR|A1B2C3|AB12|CD34|[٠-٩]{2}/);
  });

  test.each([
    ['Appointment on 23.11.2026 at 14:05', 'Appointment on 23.11.2026 at 14:05'],
    ['2026-11-23 482913', `2026-11-23 ${REDACTED}`],
    ['Total 1.234,50 EUR', 'Total 1.234,50 EUR'],
    ['€1500 and 12,50 €', '€1500 and 12,50 €'],
    ['Call +38512345678 for help', 'Call +38512345678 for help'],
    ['code 482913, call +38512345678', `code ${REDACTED}, call +38512345678`],
    ['It costs 12 or 150', 'It costs 12 or 150'],
    ['The PIN code is QWERTY now', `The PIN code is ${REDACTED} now`],
    ['the code of conduct', 'the code of conduct'],
    ['CODE IS HERE', `CODE IS ${REDACTED}`],
    ['IBAN HR1210010051863000160', 'IBAN HR1210010051863000160'],
    ['see you at 9 on 5.6.2026.', 'see you at 9 on 5.6.2026.'],
  ])('%j becomes %j', (text, redacted) => {
    expect(redactCodes(text)).toBe(redacted);
  });

  test('a code in two parts is gone once they are joined', () => {
    fc.assert(
      fc.property(digits, fc.nat(10), (code, at) => {
        const joined = redactCodes(
          redactCodes(`it is ${code.slice(0, at)}`) + redactCodes(`${code.slice(at)}, ok`),
        );
        expect(joined.replaceAll(REDACTED, '')).toBe('it is , ok');
      }),
    );
  });

  test('the longest and oddest texts are done at once', () => {
    for (const piece of [
      '1',
      '1 ',
      '\u200b',
      '1\u200b',
      'a-',
      'a1-',
      '1.',
      '1,23 ',
      'code ',
      'code: ',
      'is ',
      '•',
    ]) {
      const text = piece.repeat(40_000 / piece.length);
      expect(redactCodes(text).length, piece).toBeLessThanOrEqual(text.length + 6);
    }
  });
});
