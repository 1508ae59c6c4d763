import type { Keyring } from '../crypto/keyring.ts';
import type { AccountId } from '../ids.ts';
import { secretsOfRequest } from '../outgoing/http/secrets-named.ts';
import { openSecretsAt, sealSecretsAt, type NamedSecret, type Secrets } from '../outgoing/secrets.ts';
import { LOOKUP_PLACEHOLDERS, type NumberLookupConfig } from './lookup-config.ts';

/** The secrets that a configuration names, each with the path of the field that does. */
export function secretsOfLookup({ request }: NumberLookupConfig): NamedSecret[] {
  return secretsOfRequest(request, LOOKUP_PLACEHOLDERS);
}

export function sealLookupSecrets(keys: Keyring, accountId: AccountId, secrets: Secrets): Buffer {
  return sealSecretsAt(keys, secrets, placeOf(accountId));
}

/** @throws {Error} when the row was changed or moved, or its key is missing */
export function openLookupSecrets(keys: Keyring, accountId: AccountId, sealed: Buffer): Secrets {
  return openSecretsAt(keys, sealed, placeOf(accountId));
}

function placeOf(accountId: AccountId) {
  return { account: accountId, table: 'number_lookup_configs', column: 'secrets', row: accountId };
}
