import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import type { AccountId, CarrierId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Coverage } from './coverage.ts';
import type { Priced } from './price.ts';
import { openRoute } from './sealed.ts';

export interface Route extends Coverage, Priced {
  id: RouteId;
  /** What stored decisions call it. */
  number: number;
  carrierId: CarrierId;
  priority: number;
  sender: string | null;
  /** Where the carrier's messages leave; null = not known. */
  region: string | null;
  senderRules: 'check' | 'off';
  carrierEnabled: boolean;
}

/** The enabled routes of each account: the dispatcher asks for every message. */
export function createRouteDirectory(app: App): AccountCache<readonly Route[]> {
  return createAccountCache(app, readRoutes);
}

async function readRoutes(app: App, accountId: AccountId): Promise<readonly Route[]> {
  const rows = await app.db.query.routes.findMany({
    where: { accountId, enabled: true },
    orderBy: { priority: 'asc', id: 'asc' },
    with: { carrier: { columns: { region: true, senderRules: true, enabled: true } } },
  });
  const open = await Promise.all(rows.map((row) => openRoute(app, row)));
  return open.map(({ carrier, ...route }) => ({
    ...route,
    region: carrier?.region ?? null,
    senderRules: carrier?.senderRules ?? 'check',
    carrierEnabled: carrier?.enabled ?? false,
  }));
}
