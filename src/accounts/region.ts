/** What a region is called: of a country (ISO 3166-1), or `EU` for those that share its rules. */
export function isRegion(text: string): boolean {
  return /^[A-Z]{2}$/.test(text);
}

export const REGION_RULE = 'A region is two capital letters, e.g. EU or US.';
