import { importJWK, type JWK } from 'jose';
import type { Permission } from '../accounts/permissions.ts';
import { readRights, type Rights, type RightsInput } from '../accounts/rights.ts';
import { InvalidInput } from '../errors.ts';
import { ASSERTION_ALGORITHMS, LONGEST_TOKEN_SECONDS, SHORTEST_TOKEN_SECONDS } from './limits.ts';
import { isScope, SCOPES } from './scopes.ts';
import type { OAuthClientRow } from './table.ts';

/** The rights of a client: it always says what it may do. */
export interface ClientRights extends Rights {
  permissions: readonly Permission[];
}

export interface ClientRightsInput extends Omit<RightsInput, 'permissions'> {
  permissions?: readonly Permission[] | undefined;
}

const MAX_KEYS = 10;
const MIN_RSA_BITS = 2_048;
/** What is published of a key (RFC 7517, RFC 7518 §6, RFC 8037). */
const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'] as const;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** @throws {InvalidInput} */
export function readClientRights(input: ClientRightsInput, before: ClientRights, now: number): ClientRights {
  const { mode, permissions, networks, expiresAt } = readRights(input, before, now);
  const beyond = permissions!.find((permission) => !isScope(permission));
  if (beyond !== undefined)
    throw new InvalidInput(
      'permissions',
      `A client cannot have ${beyond}: with it a token of minutes would let somebody in for good.`,
    );
  return { mode, permissions: permissions!, networks, expiresAt };
}

/** Those of a client that is to be made, without what it must say itself. */
export const NEW_CLIENT: ClientRights = {
  mode: 'live',
  permissions: SCOPES,
  networks: null,
  expiresAt: null,
};

/** Those that a client has, and not what an earlier version let it do besides. A client is always live. */
export function rightsOf({ permissions, networks, expiresAt }: OAuthClientRow): ClientRights {
  return { mode: 'live', permissions: permissions.filter(isScope), networks, expiresAt };
}

/** @throws {InvalidInput} */
export function readTokenSeconds(seconds: number): number {
  const isRight =
    Number.isInteger(seconds) && seconds >= SHORTEST_TOKEN_SECONDS && seconds <= LONGEST_TOKEN_SECONDS;
  if (isRight) return seconds;
  throw new InvalidInput(
    'tokenSeconds',
    `A token is good for ${SHORTEST_TOKEN_SECONDS} to ${LONGEST_TOKEN_SECONDS} seconds.`,
  );
}

/**
 * Reads the public keys of a client, a JWK set.
 * @throws {InvalidInput}
 */
export async function readPublicKeys(jwks: unknown): Promise<JWK[]> {
  const { keys } = (jwks ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS)
    throw wrongKeys(`This is a JWK set, {"keys": [...]}, of 1 to ${MAX_KEYS} keys.`);
  const read = await Promise.all(keys.map(readPublicKey));
  const names = new Set(read.map(({ kid }) => kid));
  if (names.size < read.length || (read.length > 1 && names.has(undefined)))
    throw wrongKeys('Of several keys each has a kid of its own.');
  return read;
}

async function readPublicKey(given: unknown): Promise<JWK> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrongKeys('A key is an object.');
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(given, name)))
    throw wrongKeys(
      'This is a private key, which nobody else must ever see. Make a new one, and give the public half.',
    );
  const shown = PUBLIC_MEMBERS.filter((name) => Object.hasOwn(given, name)).map(
    (name) => [name, (given as Record<string, unknown>)[name]] as const,
  );
  const wrong = shown.find(([, value]) => typeof value !== 'string' || value.length > 2_048);
  if (wrong) throw wrongKeys(`${wrong[0]} of a key is a text.`);
  const key = Object.fromEntries(shown) as unknown as JWK;
  const algorithms = algorithmsOf(key).filter((alg) => key.alg === undefined || key.alg === alg);
  const [algorithm] = algorithms;
  if (algorithm === undefined || (key.use !== undefined && key.use !== 'sig'))
    throw wrongKeys(`A key signs with one of ${ASSERTION_ALGORITHMS.join(', ')}.`);
  if (key.kty === 'RSA' && bitsOf(key.n) < MIN_RSA_BITS)
    throw wrongKeys(`A key of RSA has at least ${MIN_RSA_BITS} bits.`);
  try {
    await importJWK(key, algorithm);
  } catch {
    throw wrongKeys('One of these is no key.');
  }
  return key;
}

function algorithmsOf({ kty, crv }: JWK): readonly string[] {
  if (kty === 'EC') return crv === 'P-256' ? ['ES256'] : [];
  if (kty === 'OKP') return crv === 'Ed25519' ? ['Ed25519', 'EdDSA'] : [];
  return kty === 'RSA' ? ['PS256', 'RS256'] : [];
}

/** Of a number as RFC 7518 writes it, without zeros before it. */
function bitsOf(text = ''): number {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length * 8 - Math.clz32(bytes[0] ?? 0) + 24;
}

function wrongKeys(message: string): InvalidInput {
  return new InvalidInput('publicKeys', message);
}
