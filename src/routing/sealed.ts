import { open, seal, type SealedAt } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { App } from '../platform.ts';
import type { RouteRow } from './table.ts';

type Keys = Pick<App, 'keys'>;

/** Opens what is stored of a route; a row from before senders were sealed has its sender in the clear. */
export async function openRoute<Row extends RouteRow>(app: Keys, row: Row): Promise<Row> {
  return { ...row, sender: await senderOf(app, row), senderSealed: null };
}

/** A route's own sender; null = that of the service. */
export function senderOf(
  { keys }: Keys,
  { sender, senderSealed, ...owner }: Pick<RouteRow, 'accountId' | 'id' | 'sender' | 'senderSealed'>,
): string | null | Promise<string> {
  if (senderSealed === null) return sender;
  return sender ?? withKeys(keys, () => open(keys, senderSealed, placeOf(owner)));
}

/** As it is stored. */
export async function sealRoute({ keys }: Keys, route: RouteRow): Promise<RouteRow> {
  const { sender } = route;
  const senderSealed =
    sender === null ? null : await withKeys(keys, () => seal(keys, sender, placeOf(route)));
  return { ...route, sender: null, senderSealed };
}

function placeOf({ accountId, id }: Pick<RouteRow, 'accountId' | 'id'>): SealedAt {
  return { account: accountId, table: 'routes', column: 'sender', row: id };
}
