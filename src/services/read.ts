import type { Principal } from '../accounts/principal.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { openService, type OpenService } from './sealed.ts';

/** @returns undefined when the account has no such service */
export async function readService(
  app: App,
  { accountId }: Principal,
  id: ServiceId,
): Promise<OpenService | undefined> {
  const row = await app.db.query.services.findFirst({ where: { accountId, id } });
  return row && openService(app, row);
}
