import type { Keyring } from '../crypto/keyring.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId, WebhookEndpointId } from '../ids.ts';
import { openSecretsAt, sealSecretsAt } from '../outgoing/secrets.ts';
import { writeSecret } from './signature.ts';
import type { WebhookEndpointRow } from './table.ts';

const SECRET_BYTES = 32;

/** The secrets of an endpoint: the one in use, and the one before the last rotation. */
export interface EndpointSecrets {
  current: string;
  previous?: string;
}

interface Owner {
  accountId: AccountId;
  id: WebhookEndpointId;
}

export function newSecret(keys: Keyring): string {
  return writeSecret(keys.randomBytes(SECRET_BYTES));
}

export function sealEndpointSecrets(
  keys: Keyring,
  owner: Owner,
  secrets: EndpointSecrets,
): Buffer | Promise<Buffer> {
  return withKeys(keys, () => sealSecretsAt(keys, { ...secrets }, placeOf(owner)));
}

export function openEndpointSecrets(
  keys: Keyring,
  row: Owner & { secretsSealed: Buffer },
): EndpointSecrets | Promise<EndpointSecrets> {
  const read = () => openSecretsAt(keys, row.secretsSealed, placeOf(row)) as unknown as EndpointSecrets;
  return withKeys(keys, read);
}

/** Those that sign now. */
export async function signingSecrets(keys: Keyring, row: WebhookEndpointRow, now: number): Promise<string[]> {
  const { current, previous } = await openEndpointSecrets(keys, row);
  const overlaps =
    previous !== undefined && row.previousEndsAt !== null && row.previousEndsAt.getTime() > now;
  return overlaps ? [current, previous] : [current];
}

function placeOf({ accountId, id }: Owner) {
  return { account: accountId, table: 'webhook_endpoints', column: 'secrets', row: id };
}
