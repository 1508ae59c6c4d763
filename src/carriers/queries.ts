import type { Principal } from '../accounts/principal.ts';
import type { CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';

/** The account's carriers, oldest first. */
export async function listCarriers(app: App, who: Pick<Principal, 'accountId'>) {
  return app.db.query.carriers.findMany({ where: { accountId: who.accountId }, orderBy: { id: 'asc' } });
}

export async function findCarrier(app: App, who: Pick<Principal, 'accountId'>, id: CarrierId) {
  return app.db.query.carriers.findFirst({ where: { accountId: who.accountId, id } });
}
