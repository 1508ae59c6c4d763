import { open, seal, type SealedAt } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { App } from '../platform.ts';
import type { ServiceSettingsInput } from './settings.ts';
import type { ServiceRow } from './table.ts';

type Keys = Pick<App, 'keys'>;

/** A row whose settings are open: templates and senders are among them. */
export type OpenService = ServiceRow & { settings: ServiceSettingsInput };

/** Opens what is stored of a service; a row from before they were sealed has its settings in the clear. */
export async function openService(app: Keys, row: ServiceRow): Promise<OpenService> {
  return { ...row, settings: await settingsOf(app, row), settingsSealed: null };
}

export function settingsOf(
  { keys }: Keys,
  { settings, settingsSealed, ...owner }: ServiceRow,
): ServiceSettingsInput | Promise<ServiceSettingsInput> {
  const read = () => JSON.parse(open(keys, settingsSealed!, placeOf(owner))) as ServiceSettingsInput;
  return settings ?? withKeys(keys, read);
}

/** As it is stored. */
export async function sealService({ keys }: Keys, service: OpenService): Promise<ServiceRow> {
  const text = JSON.stringify(service.settings);
  const settingsSealed = await withKeys(keys, () => seal(keys, text, placeOf(service)));
  return { ...service, settings: null, settingsSealed };
}

function placeOf({ accountId, id }: Pick<ServiceRow, 'accountId' | 'id'>): SealedAt {
  return { account: accountId, table: 'services', column: 'settings', row: id };
}
