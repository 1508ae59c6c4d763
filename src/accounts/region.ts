import { InvalidInput } from '../errors.ts';

/** What a region is called: of a country (ISO 3166-1), or `EU` for those that share its rules. */
export function isRegion(text: string): boolean {
  return /^[A-Z]{2}$/.test(text);
}

/** @throws {InvalidInput} that names the field */
export function readRegion(region: string | null, field = 'region'): string | null {
  if (region !== null && !isRegion(region))
    throw new InvalidInput(field, 'A region is two capital letters, e.g. EU or US.');
  return region;
}
