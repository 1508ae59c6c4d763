import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { InvalidInput } from '../errors.ts';

const RULE = 'a country is two capital letters (ISO 3166-1), e.g. HR';

/** Some countries that have telephone numbers, ISO 3166-1 alpha-2; null = all. */
export const Countries = z.array(z.string().refine(isSupportedCountry, RULE)).min(1).max(250).nullable();

/** @throws {InvalidInput} */
export function checkCountry(country: string): void {
  if (!isSupportedCountry(country))
    throw new InvalidInput('country', `${RULE[0]!.toUpperCase()}${RULE.slice(1)}.`);
}
