import type { Principal } from '../accounts/principal.ts';
import type { RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { openRoute } from './sealed.ts';

/** The routes of these ids, in their order; null where the account has no such route. */
export async function findRoutes(app: App, who: Principal, ids: readonly RouteId[]) {
  const rows = await app.db.query.routes.findMany({
    where: { accountId: who.accountId, id: { in: [...ids] } },
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** The account's routes, the preferred ones first. */
export async function listRoutes(app: App, who: Principal) {
  const rows = await app.db.query.routes.findMany({
    where: { accountId: who.accountId },
    orderBy: { priority: 'asc', id: 'asc' },
  });
  return Promise.all(rows.map((row) => openRoute(app, row)));
}
