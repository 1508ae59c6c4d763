import type { Keyring } from '../crypto/keyring.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { InvalidInput } from '../errors.ts';
import type { AccountId, WebhookEndpointId } from '../ids.ts';
import { openSecretsAt, sealSecretsAt } from '../outgoing/secrets.ts';
import { WebhookSecretTooShort } from './errors.ts';
import { readSecret, SECRET_BYTES, writeSecret } from './signature.ts';
import type { WebhookEndpointRow } from './table.ts';

const NEW_SECRET_BYTES = 32;

/** The secrets of an endpoint: the one in use, and the one before the last rotation. */
export interface EndpointSecrets {
  current: string;
  previous?: string;
}

interface Owner {
  accountId: AccountId;
  id: WebhookEndpointId;
}

/**
 * The secret that an endpoint gets: one of its owner's, or a new one.
 * @param own as its owner wrote it: what comes from another provider goes on with the secret that it has
 * @throws {WebhookSecretTooShort | InvalidInput}
 */
export function secretFor(keys: Keyring, own: string | null | undefined): string {
  if (own == null) return writeSecret(keys.randomBytes(NEW_SECRET_BYTES));
  const octets = readSecret(own);
  if (!octets || octets.length > SECRET_BYTES.max)
    throw new InvalidInput(
      'secret',
      `A secret is whsec_ and ${SECRET_BYTES.min} to ${SECRET_BYTES.max} random octets in base64.`,
    );
  if (octets.length < SECRET_BYTES.min) throw new WebhookSecretTooShort(octets.length);
  return writeSecret(octets);
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

/**
 * Those that sign now. They are opened once for each reading of a row, which is done anew every few seconds: opening
 * them for each delivery was 10 of the 150 µs that one cost.
 */
export function createSigningSecrets(
  keys: Keyring,
): (row: WebhookEndpointRow, now: number) => Promise<string[]> {
  const opened = new WeakMap<WebhookEndpointRow, EndpointSecrets>();
  return async (row, now) => {
    let secrets = opened.get(row);
    if (!secrets) opened.set(row, (secrets = await openEndpointSecrets(keys, row)));
    const { current, previous } = secrets;
    const overlaps =
      previous !== undefined && row.previousEndsAt !== null && row.previousEndsAt.getTime() > now;
    return overlaps ? [current, previous] : [current];
  };
}

function placeOf({ accountId, id }: Owner) {
  return { account: accountId, table: 'webhook_endpoints', column: 'secrets', row: id };
}
