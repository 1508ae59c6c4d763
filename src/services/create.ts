import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import type { App } from '../platform.ts';
import { changeSettings, readServiceName, type ServiceSettingsChange } from './input.ts';
import { makeRoomForDefault } from './make-default.ts';
import { checkPool } from './pool.ts';
import { sealService, type OpenService } from './sealed.ts';
import { services } from './table.ts';

export interface CreateServiceInput {
  name: string;
  settings?: ServiceSettingsChange | undefined;
  /** Becomes the service of starts that name none. */
  isDefault?: boolean | undefined;
}

/** @throws {InvalidInput} */
export async function createService(app: App, who: Doer, input: CreateServiceInput): Promise<OpenService> {
  const now = app.clock();
  const row: OpenService = {
    accountId: who.accountId,
    id: newId('svc', now),
    name: readServiceName(input.name),
    isDefault: input.isDefault ?? false,
    settings: changeSettings({}, input.settings ?? {}),
    settingsSealed: null,
    createdAt: new Date(now),
  };
  await checkPool(app, who.accountId, input.settings);
  return changeConfiguration(app, who, 'service.create', async (tx, act) => {
    act.on(row.id);
    if (row.isDefault) await makeRoomForDefault(tx, who.accountId);
    await tx.insert(services).values(await sealService(app, row));
    return row;
  });
}
