import { getExampleNumber, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';

export interface DemoNumber {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** With `+`. */
  e164: string;
}

/**
 * The example mobile number of each of the 245 countries and territories that libphonenumber knows: 238 numbers, as
 * some have that of another one (Christmas Island that of Australia).
 */
export function exampleNumbers(): DemoNumber[] {
  return Object.keys(examples).flatMap((country) => {
    const number = getExampleNumber(country as CountryCode, examples);
    return number ? [{ country, e164: number.number }] : [];
  });
}

// Tries of the last digits per number; a numbering plan may leave whole blocks out.
const MAX_TRIES = 1_000;

/**
 * Any amount of valid mobile numbers: the examples first, then the same with other last digits.
 */
export function* demoNumbers(count: number): Generator<DemoNumber> {
  const sample = exampleNumbers();
  let made = 0;
  for (let round = 0; made < count; round++) {
    if (round > MAX_TRIES) throw new Error(`only ${made} numbers could be made`);
    for (const example of sample) {
      if (made >= count) return;
      const number = round === 0 ? example : varied(example, round);
      if (!number) continue;
      made++;
      yield number;
    }
  }
}

/** The example with its last four digits moved on by `round`; undefined when that number does not exist. */
function varied({ country, e164 }: DemoNumber, round: number): DemoNumber | undefined {
  const last = (Number(e164.slice(-4)) + round) % 10_000;
  const other = e164.slice(0, -4) + String(last).padStart(4, '0');
  return parsePhoneNumberFromString(other)?.isValid() ? { country, e164: other } : undefined;
}
