import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { InvalidInput } from '../errors.ts';
import type { Prices } from './price.ts';

const MCC_MNC = /^\d{5,6}$/;
const MAX_PRICE = 1_000;
const MAX_ENTRIES = 2_000;

/** The networks that a route serves. */
export const Operators = z
  .array(z.string().regex(MCC_MNC, 'an operator is its MCC and MNC, 5 or 6 digits, e.g. 21910'))
  .min(1, 'at least one operator; null = all')
  .max(MAX_ENTRIES)
  .nullable();

/** Prices as they come from outside. @throws {InvalidInput} that names the entry */
export function readPrices(prices: unknown): Prices | null {
  if (prices === null || prices === undefined) return null;
  if (typeof prices !== 'object' || Array.isArray(prices))
    throw new InvalidInput('prices', 'Prices are a JSON object, e.g. { "HR": 0.02, "21910": 0.035 }.');
  const entries = Object.entries(prices);
  if (entries.length > MAX_ENTRIES)
    throw new InvalidInput('prices', `A route has at most ${MAX_ENTRIES} prices.`);
  for (const [place, price] of entries) {
    const field = `prices.${place.slice(0, 20)}`;
    if (!MCC_MNC.test(place) && !isSupportedCountry(place))
      throw new InvalidInput(
        field,
        'A price is for a country (ISO 3166-1 alpha-2, e.g. HR) or a network (MCC and MNC, e.g. 21910).',
      );
    if (typeof price !== 'number' || !(price >= 0 && price <= MAX_PRICE))
      throw new InvalidInput(
        field,
        `A price is a number from 0 to ${MAX_PRICE}, per segment, in the account's currency.`,
      );
  }
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
