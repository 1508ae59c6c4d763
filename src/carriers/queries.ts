import type { AccountRow } from '../accounts/table.ts';
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

/** Those that the residency of their account keeps its messages from. */
export async function carriersOutside(
  app: App,
  { id: accountId, residency }: Pick<AccountRow, 'id' | 'residency'>,
) {
  if (residency === null) return [];
  return (await listCarriers(app, { accountId })).filter(({ region }) => region !== residency);
}
