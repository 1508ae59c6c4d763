import { and, eq } from 'drizzle-orm';
import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import type { AccountId, CarrierId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { routes } from './table.ts';

export interface Route {
  id: RouteId;
  carrierId: CarrierId;
  priority: number;
  price: number;
  /** ISO 3166-1 alpha-2; null = all. */
  countries: readonly string[] | null;
  sender: string | null;
}

/** The enabled routes of each account: the dispatcher asks for every message. */
export function createRouteDirectory(app: App): AccountCache<readonly Route[]> {
  return createAccountCache(app, (accountId) => readRoutes(app, accountId));
}

async function readRoutes(app: App, accountId: AccountId): Promise<readonly Route[]> {
  return app.db
    .select()
    .from(routes)
    .where(and(eq(routes.accountId, accountId), eq(routes.enabled, true)))
    .orderBy(routes.priority, routes.id);
}
