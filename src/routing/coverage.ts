/** Where a route leads; null = everywhere. */
export interface Coverage {
  /** ISO 3166-1 alpha-2. */
  countries: readonly string[] | null;
  /** MCC and MNC. */
  operators: readonly string[] | null;
}

/** Why a route cannot reach a number; `undefined` when it can. */
export function coverageProblem(
  { countries, operators }: Coverage,
  country: string,
  operator: string | undefined,
): string | undefined {
  if (countries && !countries.includes(country)) return `does not serve ${country}`;
  if (!operators) return undefined;
  if (operator === undefined) return 'serves some operators only, and that of the number is not known';
  return operators.includes(operator) ? undefined : `does not serve the operator ${operator}`;
}
