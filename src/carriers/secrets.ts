import { open, seal } from '../crypto/seal.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { InvalidInput } from '../errors.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import type { CarrierConfig } from './config.ts';
import { secretsNamedIn } from './http/secrets-named.ts';

/** What must not be read in a configuration, by name. */
export type Secrets = Readonly<Record<string, string>>;

interface Owner {
  accountId: AccountId;
  id: CarrierId;
}

const MAX_LENGTH = 1_000;

/**
 * Every secret that a configuration names must be there, and nothing else; SMPP names its `password`.
 * @throws {InvalidInput} that names the field, never the secret
 */
export function checkSecrets(config: CarrierConfig, secrets: Secrets): void {
  const named = secretsOf(config);
  for (const { name, path } of named) {
    if (!Object.hasOwn(secrets, name))
      throw new InvalidInput(path, `It needs the secret "${name}", which was not given.`);
  }
  for (const [name, secret] of Object.entries(secrets)) {
    if (!named.some((one) => one.name === name))
      throw new InvalidInput(`secrets.${name}`, 'The configuration names no such secret.');
    if (secret.length > MAX_LENGTH || /\p{Cc}/u.test(secret) || (secret === '' && config.kind === 'http'))
      throw new InvalidInput(`secrets.${name}`, `A secret is one line of 1 to ${MAX_LENGTH} characters.`);
  }
}

/** The secrets that a configuration names, each with the path of the field that does. */
export function secretsOf(config: CarrierConfig): { name: string; path: string }[] {
  return config.kind === 'smpp' ? [{ name: 'password', path: 'config' }] : secretsNamedIn(config);
}

export function sealSecrets(keys: Keyring, owner: Owner, secrets: Secrets): Buffer {
  return seal(keys, JSON.stringify(secrets), placeOf(owner, 'secrets'));
}

/** @throws {Error} when the row was changed or moved, or its key is missing */
export function openSecrets(keys: Keyring, owner: Owner, sealed: Buffer): Secrets {
  try {
    return JSON.parse(open(keys, sealed, placeOf(owner, 'secrets'))) as Secrets;
  } catch (error) {
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
