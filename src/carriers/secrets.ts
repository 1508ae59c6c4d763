import { InvalidInput } from '../errors.ts';
import { UnknownKey } from '../crypto/errors.ts';
import { open } from '../crypto/seal.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import { secretsOfRequest } from '../outgoing/http/secrets-named.ts';
import {
  checkNamed,
  openSecretsAt,
  sealSecretsAt,
  type NamedSecret,
  type Secrets,
} from '../outgoing/secrets.ts';
import type { CarrierConfig } from './config.ts';
import { PLACEHOLDERS } from './http/placeholders.ts';

/** SMPP v3.4 §4.1.1: nine octets with the one that ends it. */
const BIND_PASSWORD = /^[\x20-\x7e]{0,8}$/;

interface Owner {
  accountId: AccountId;
  id: CarrierId;
}

/**
 * Every secret that a configuration names must be there, and nothing else; SMPP names its `password`.
 * @throws {InvalidInput} that names the field, never the secret
 */
export function checkSecrets(config: CarrierConfig, secrets: Secrets): void {
  checkNamed(secretsOf(config), secrets, { mayBeEmpty: config.kind === 'smpp' });
  if (config.kind === 'smpp' && !BIND_PASSWORD.test(secrets['password'] ?? ''))
    throw new InvalidInput('secrets.password', 'The password of a bind has at most 8 characters of ASCII.');
}

/** The secrets that a configuration names, each with the path of the field that does. */
export function secretsOf(config: CarrierConfig): NamedSecret[] {
  if (config.kind === 'smpp') return [{ name: 'password', path: 'config' }];
  const named = secretsOfRequest(config.request, PLACEHOLDERS);
  const { receipts, inbound } = config;
  if (receipts) named.push({ name: receipts.auth.secret, path: 'config.receipts.auth.secret' });
  if (inbound?.auth) named.push({ name: inbound.auth.secret, path: 'config.inbound.auth.secret' });
  return named;
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
