import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import { readLookupRow, type LookupRow } from './lookup-directory.ts';
import { createNumberResolver } from './resolver.ts';
import type { numberLookupDays } from './table.ts';

/** The account's lookup; null when it has none. */
export async function findNumberLookup(app: App, who: Principal): Promise<LookupRow | null> {
  return (await readLookupRow(app, who.accountId)) ?? null;
}

/** What is wrong with the account's lookup, as this process sees it. */
export async function lookupProblem(app: App, who: Principal): Promise<string | undefined> {
  return app.single(createNumberResolver).problemOf(who.accountId);
}

/** What the account's lookups came to, the latest day first. */
export async function lookupDays(
  app: App,
  who: Principal,
  limit: number,
): Promise<(typeof numberLookupDays.$inferSelect)[]> {
  return app.db.query.numberLookupDays.findMany({
    where: { accountId: who.accountId },
    orderBy: { day: 'desc' },
    limit,
  });
}
