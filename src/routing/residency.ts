/**
 * Why an account's messages must not leave over a carrier; `undefined` when they may. A carrier that
 * does not say where it is counts as outside: nobody finds out afterwards.
 */
export function residencyProblem(residency: string | null, region: string | null): string | undefined {
  if (residency === null || residency === region) return undefined;
  return region === null
    ? `outside ${residency}: the carrier has no region`
    : `outside ${residency}: the carrier is in ${region}`;
}
