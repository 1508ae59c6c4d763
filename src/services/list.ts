import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import { openService, type OpenService } from './sealed.ts';

/** The account's services, oldest first. */
export async function listServices(app: App, who: Principal): Promise<OpenService[]> {
  const rows = await app.db.query.services.findMany({
    where: { accountId: who.accountId },
    orderBy: { id: 'asc' },
  });
  return Promise.all(rows.map((row) => openService(app, row)));
}
