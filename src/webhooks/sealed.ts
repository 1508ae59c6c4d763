import { open, seal, type SealedAt } from '../crypto/seal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { App } from '../platform.ts';
import type { WebhookEndpointRow } from './table.ts';

type Keys = Pick<App, 'keys'>;

/** A row whose URL is open. It can have a secret of the account's in its path or query, so it rests sealed. */
export type Endpoint = WebhookEndpointRow & { url: string };

/** Opens what is stored of an endpoint; a row from before URLs were sealed has its own in the clear. */
export async function openEndpoint(app: Keys, row: WebhookEndpointRow): Promise<Endpoint> {
  return { ...row, url: await urlOf(app, row), urlSealed: null };
}

export function urlOf(
  { keys }: Keys,
  { url, urlSealed, ...owner }: Pick<WebhookEndpointRow, 'accountId' | 'id' | 'url' | 'urlSealed'>,
): string | Promise<string> {
  return url ?? withKeys(keys, () => open(keys, urlSealed!, placeOf(owner)));
}

/** As it is stored. */
export async function sealUrl(
  { keys }: Keys,
  { url, ...owner }: Pick<Endpoint, 'accountId' | 'id' | 'url'>,
): Promise<{ url: null; urlSealed: Buffer }> {
  return { url: null, urlSealed: await withKeys(keys, () => seal(keys, url, placeOf(owner))) };
}

function placeOf({ accountId, id }: Pick<WebhookEndpointRow, 'accountId' | 'id'>): SealedAt {
  return { account: accountId, table: 'webhook_endpoints', column: 'url', row: id };
}
