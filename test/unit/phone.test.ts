import fc from 'fast-check';
import { parsePhoneNumberWithError, type CountryCode } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import { newId } from '../../src/crypto/new-id.ts';
import { InvalidPhoneNumber } from '../../src/verifications/errors.ts';
import { maskPhone, openPhone, parsePhone, sealPhone } from '../../src/verifications/phone.ts';
import { fixedKeyring } from '../support/keyring.ts';

const COUNTRIES = Object.keys(examples) as CountryCode[];
const example = (country: CountryCode) => parsePhoneNumberWithError(examples[country], country);

function problem(typed: string, defaultCountry: string | null = null): string {
  try {
    parsePhone(typed, defaultCountry);
  } catch (error) {
    if (error instanceof InvalidPhoneNumber) return error.message;
    throw error;
  }
  throw new Error(`${typed} was taken for a number`);
}

describe('parsePhone', () => {
  test('there are example numbers of all the world', () => expect(COUNTRIES.length).toBeGreaterThan(230));

  test('every example number is read, in its country', () => {
    for (const country of COUNTRIES) {
      const { number, country: owner } = example(country);
      const parsed = parsePhone(number, null);
      expect(parsed.e164, country).toBe(number);
      // Countries that share a numbering plan (+1, +44, +47 …) also share some numbers.
      expect([country, owner]).toContain(parsed.country);
    }
  });

  test('every example number is read as people there write it', () => {
    for (const country of COUNTRIES) {
      const parsed = example(country);
      expect(parsePhone(parsed.formatNational(), country).e164, country).toBe(parsed.number);
      expect(parsePhone(parsed.formatInternational(), null).e164, country).toBe(parsed.number);
    }
  });

  test.each([
    '+385911234567',
    ' +385 91 123 4567 ',
    '+385 (91) 123-4567',
    '＋３８５９１１２３４５６７',
    '+٣٨٥٩١١٢٣٤٥٦٧',
    '+385\u00a091\u200b1234567',
  ])('understands %j', (typed) =>
    expect(parsePhone(typed, null)).toEqual({ e164: '+385911234567', country: 'HR' }),
  );

  test('a default country reads numbers without a country code, and no others', () => {
    expect(parsePhone('091 123 4567', 'HR').e164).toBe('+385911234567');
    expect(parsePhone('+12015550123', 'HR').country).toBe('US');
    expect(problem('091 123 4567')).toMatch(/country code/);
  });

  test.each([
    ['', /not a phone number/],
    ['   ', /not a phone number/],
    ['+', /not a phone number/],
    ['💥', /not a phone number/],
    ['+38591ABC4567', /no letters/],
    ['call me', /no letters/],
    ['+385 91 123 4567 ext. 3', /no letters/],
    ['+385000000000', /does not exist/],
    ['+999123456789', /country/],
    ['+3859', /too short|wrong length|does not exist/],
    ['+38591123456789012345', /does not exist/],
    ['+385911234567890123456789', /too long/],
    ['1'.repeat(10_000), /15 digits/],
  ])('says what is wrong with %j', (typed, message) => expect(problem(typed)).toMatch(message));

  test('never repeats what was typed: an error may be logged', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+?\d{5,40}$/), (typed) => {
        try {
          parsePhone(typed, null);
        } catch (error) {
          expect((error as Error).message).not.toContain(typed);
        }
      }),
    );
  });

  test('any text is a number or an InvalidPhoneNumber', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom(null, 'HR', 'US'), (typed, country) => {
        try {
          expect(parsePhone(typed, country).e164).toMatch(/^\+\d{5,15}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidPhoneNumber);
        }
      }),
    );
  });
});

describe('maskPhone', () => {
  test('shows the country code and the last two digits', () => {
    expect(maskPhone('+385911234567')).toBe('+385•••••••67');
    expect(maskPhone('+12015550123')).toBe('+1••••••••23');
  });

  test('shows nothing else of a number of any country, and keeps the length', () => {
    for (const country of COUNTRIES) {
      const { number, countryCallingCode } = example(country);
      const hidden = number.length - 1 - countryCallingCode.length - 2;
      expect(maskPhone(number), country).toBe(
        `+${countryCallingCode}${'•'.repeat(hidden)}${number.slice(-2)}`,
      );
    }
  });
});

describe('a sealed number', () => {
  const keys = fixedKeyring();
  const row = { accountId: newId('acc'), id: newId('vrf') };
  const toSealed = sealPhone(keys, row.accountId, row.id, '+385911234567');

  test('opens where it was sealed to, and shows nothing of itself', () => {
    expect(openPhone(keys, row, toSealed)).toBe('+385911234567');
    expect(toSealed.includes('911234567')).toBe(false);
  });

  test('does not open in the row of another verification or account', () => {
    expect(() => openPhone(keys, { ...row, id: newId('vrf') }, toSealed)).toThrow();
    expect(() => openPhone(keys, { ...row, accountId: newId('acc') }, toSealed)).toThrow();
  });
});
