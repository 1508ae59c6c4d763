import { InvalidInput } from '../errors.ts';
import { UnknownKey } from '../crypto/errors.ts';
import { open } from '../crypto/seal.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import { checkNamed, openSecretsAt, sealSecretsAt, type Secrets } from '../outgoing/secrets.ts';
import type { CarrierConfig } from './config.ts';
import { kindOf } from './kinds.ts';

interface Owner {
  accountId: AccountId;
  id: CarrierId;
}

/**
 * Every secret that a configuration names must be there, and nothing else.
 * @throws {InvalidInput} that names the field, never the secret
 */
export function checkSecrets(config: CarrierConfig, secrets: Secrets): void {
  const kind = kindOf(config);
  checkNamed(kind.secretsOf(config), secrets, { mayBeEmpty: kind.secretsMayBeEmpty });
  for (const [name, secret] of Object.entries(secrets)) {
    const problem = kind.secretProblem(secret);
    if (problem !== undefined) throw new InvalidInput(`secrets.${name}`, problem);
  }
}

export function sealSecrets(keys: Keyring, owner: Owner, secrets: Secrets): Buffer {
  return sealSecretsAt(keys, secrets, placeOf(owner, 'secrets'));
}

/** @throws {Error} when the row was changed or moved, or its key is missing */
export function openSecrets(keys: Keyring, owner: Owner, sealed: Buffer): Secrets {
  try {
    return openSecretsAt(keys, sealed, placeOf(owner, 'secrets'));
  } catch (error) {
    if (error instanceof UnknownKey) throw error;
    // Rows from before there were names hold the password of a bind alone, sealed to its own place.
    try {
      return { password: open(keys, sealed, placeOf(owner, 'password')) };
    } catch {
      throw error;
    }
  }
}

function placeOf({ accountId, id }: Owner, column: 'secrets' | 'password') {
  return { account: accountId, table: 'carriers', column, row: id };
}
