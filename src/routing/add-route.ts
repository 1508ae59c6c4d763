import { and, eq } from 'drizzle-orm';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import { newId } from '../crypto/new-id.ts';
import type { AccountId, CarrierId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Prices } from './price.ts';
import { routes } from './table.ts';

export interface NewRoute {
  /** Unique in the account: adding a name again changes that route. */
  name: string;
  carrierId: CarrierId;
  /** 1 is tried first. */
  priority: number;
  /** ISO 3166-1 alpha-2; null = all. */
  countries?: string[] | null;
  sender?: string | null;
  /** MCC and MNC; null = all. */
  operators?: string[] | null;
  /** Per segment, in the account's currency. */
  price?: number;
  /** Where it differs, by country or by MCC and MNC. */
  prices?: Prices | null;
}

/** Adds a route, or changes the one of that name. */
export async function addRoute(app: App, accountId: AccountId, input: NewRoute): Promise<RouteId> {
  const [known] = await app.db
    .select({ id: routes.id })
    .from(routes)
    .where(and(eq(routes.accountId, accountId), eq(routes.name, input.name)));
  const id = known?.id ?? newId('rte', app.clock());
  await app.db
    .insert(routes)
    .values({ ...input, accountId, id, createdAt: new Date(app.clock()) })
    .onConflictDoUpdate({ target: [routes.accountId, routes.id], set: input });
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: accountId }]);
  return id;
}
