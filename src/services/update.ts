import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { changedIn } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { ServiceNotFound } from './errors.ts';
import { changeSettings, readServiceName, type ServiceSettingsChange } from './input.ts';
import { makeRoomForDefault } from './make-default.ts';
import { checkPool } from './pool.ts';
import { openService, sealService, type OpenService } from './sealed.ts';
import { services } from './table.ts';

export interface UpdateServiceInput {
  name?: string | undefined;
  settings?: ServiceSettingsChange | undefined;
  /** Makes it the default. There is always one: it ends by making another the default. */
  isDefault?: true | undefined;
}

/**
 * Changes a service; verifications that are pending keep the rules they started with.
 * @throws {ServiceNotFound | InvalidInput}
 */
export async function updateService(
  app: App,
  who: Doer,
  id: ServiceId,
  input: UpdateServiceInput,
): Promise<OpenService> {
  const one = and(eq(services.accountId, who.accountId), eq(services.id, id));
  await checkPool(app, who.accountId, input.settings);
  return changeConfiguration(app, who, 'service.update', async (tx, act) => {
    const [stored] = await tx.select().from(services).where(one);
    if (!stored) throw new ServiceNotFound();
    const before = await openService(app, stored);
    const after: OpenService = {
      ...before,
      name: input.name === undefined ? before.name : readServiceName(input.name),
      settings: changeSettings(before.settings, input.settings ?? {}),
      isDefault: before.isDefault || input.isDefault === true,
    };
    if (after.isDefault && !before.isDefault) await makeRoomForDefault(tx, who.accountId);
    await tx
      .update(services)
      .set(await sealService(app, after))
      .where(one);
    act.on(id, changedIn(flat(before), flat(after)));
    return after;
  });
}

function flat({ settings, ...row }: OpenService): object {
  return { ...row, ...settings };
}
