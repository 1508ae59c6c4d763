import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import type { ServiceRow } from './table.ts';

/** The account's services, oldest first. */
export async function listServices(app: App, who: Principal): Promise<ServiceRow[]> {
  return app.db.query.services.findMany({ where: { accountId: who.accountId }, orderBy: { id: 'asc' } });
}
