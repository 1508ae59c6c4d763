import { eq } from 'drizzle-orm';
import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import type { AccountId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { settingsOf } from './sealed.ts';
import { ServiceSettings } from './settings.ts';
import { services } from './table.ts';

export interface Service {
  accountId: AccountId;
  id: ServiceId;
  name: string;
  isDefault: boolean;
  settings: ServiceSettings;
  createdAt: Date;
}

/** The services of each account: a start must not ask the database for its rules. */
export function createServiceDirectory(app: App): AccountCache<readonly Service[]> {
  return createAccountCache(app, readServices);
}

async function readServices(app: App, accountId: AccountId): Promise<readonly Service[]> {
  const rows = await app.db
    .select()
    .from(services)
    .where(eq(services.accountId, accountId))
    .orderBy(services.id);
  return Promise.all(
    rows.map(async (row) => {
      const { settingsSealed: _sealed, ...service } = row;
      return { ...service, settings: ServiceSettings.parse(await settingsOf(app, row)) };
    }),
  );
}

/** The service that is named, or the account's default one. */
export async function findService(
  app: App,
  accountId: AccountId,
  id: ServiceId | undefined,
): Promise<Service | undefined> {
  const all = await app.single(createServiceDirectory).of(accountId);
  return all.find((service) => (id === undefined ? service.isDefault : service.id === id));
}
