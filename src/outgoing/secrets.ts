import { z } from 'zod';
import type { Keyring } from '../crypto/keyring.ts';
import { open, seal, type SealedAt } from '../crypto/seal.ts';
import { InvalidInput } from '../errors.ts';

/** What must not be read in a configuration, by name. */
export type Secrets = Readonly<Record<string, string>>;

/** A secret that a configuration names. */
export interface NamedSecret {
  name: string;
  /** Of the field that names it. */
  path: string;
}

/** Each name once: a configuration may name one in several fields. */
export function namesOf(named: readonly NamedSecret[]): Set<string> {
  return new Set(named.map(({ name }) => name));
}

const MAX_LENGTH = 1_000;
const SecretTexts = z.record(z.string(), z.string());

/** Secrets as they come from outside. @throws {InvalidInput} */
export function readSecrets(secrets: unknown): Secrets {
  const read = SecretTexts.safeParse(secrets ?? {});
  if (!read.success) throw new InvalidInput('secrets', 'Secrets are a JSON object of texts by name.');
  return read.data;
}

/**
 * Every secret that a configuration names must be there, and nothing else.
 * @throws {InvalidInput} that names the field, never the secret
 */
export function checkNamed(
  named: readonly NamedSecret[],
  secrets: Secrets,
  { mayBeEmpty = false }: { mayBeEmpty?: boolean } = {},
): void {
  for (const { name, path } of named) {
    if (!Object.hasOwn(secrets, name))
      throw new InvalidInput(path, `It needs the secret "${name}", which was not given.`);
  }
  for (const [name, secret] of Object.entries(secrets)) {
    if (!named.some((one) => one.name === name))
      throw new InvalidInput(`secrets.${name}`, 'The configuration names no such secret.');
    if (secret.length > MAX_LENGTH || /\p{Cc}/u.test(secret) || (secret === '' && !mayBeEmpty))
      throw new InvalidInput(`secrets.${name}`, `A secret is one line of 1 to ${MAX_LENGTH} characters.`);
  }
}

export function sealSecretsAt(keys: Keyring, secrets: Secrets, at: SealedAt): Buffer {
  return seal(keys, JSON.stringify(secrets), at);
}

/** @throws {Error} when the row was changed or moved, or its key is missing */
export function openSecretsAt(keys: Keyring, sealed: Buffer, at: SealedAt): Secrets {
  return JSON.parse(open(keys, sealed, at)) as Secrets;
}
