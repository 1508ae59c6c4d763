import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import type { AccountId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { decodeDecision, numbersIn, type StoredDecision } from './decision.ts';
import type { Ranked } from './policy.ts';

type RoutesByNumber = ReadonlyMap<number, RouteId>;

/** The routes of each account by their numbers, those that are not in use among them. */
export function createRoutesByNumber(app: App): AccountCache<RoutesByNumber> {
  return createAccountCache(app, readRoutesByNumber);
}

/** A decision of an account as the policy made it. */
export async function readDecision(
  app: App,
  accountId: AccountId,
  stored: StoredDecision,
): Promise<readonly Ranked[]> {
  const known = await app.single(createRoutesByNumber).of(accountId);
  // A route that was added a moment ago need not have been announced yet.
  const isKnown = numbersIn(stored).every((number) => known.has(number));
  return decodeDecision(stored, isKnown ? known : await readRoutesByNumber(app, accountId));
}

async function readRoutesByNumber(app: App, accountId: AccountId): Promise<RoutesByNumber> {
  const rows = await app.db.query.routes.findMany({
    columns: { number: true, id: true },
    where: { accountId },
  });
  return new Map(rows.map(({ number, id }) => [number, id]));
}
