import { isNull } from 'drizzle-orm';
import { createResidencyDirectory } from '../accounts/residency.ts';
import type { App } from '../platform.ts';
import { openEndpoint, type Endpoint } from './sealed.ts';
import { webhookEndpoints } from './table.ts';

/** The endpoints in use of all accounts, with what their accounts say of where data may go. */
export async function enabledEndpoints(app: App): Promise<{ row: Endpoint; residency: string | null }[]> {
  const rows = await app.db.select().from(webhookEndpoints).where(isNull(webhookEndpoints.disabledAt));
  const directory = app.single(createResidencyDirectory);
  return Promise.all(
    rows.map(async (row) => ({
      row: await openEndpoint(app, row),
      residency: (await directory.of(row.accountId)).residency,
    })),
  );
}
