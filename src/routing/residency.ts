/**
 * Why an account's messages must not leave over a carrier; `undefined` when they may. A carrier that
 * does not say where it is counts as outside: nobody finds out afterwards.
 * @param what it is about, for the words
 */
export function residencyProblem(
  residency: string | null,
  region: string | null,
  what = 'the carrier',
): string | undefined {
  if (residency === null || residency === region) return undefined;
  return region === null
    ? `outside ${residency}: ${what} has no region`
    : `outside ${residency}: ${what} is in ${region}`;
}
