import { randomBytes } from 'node:crypto';
import { DATA_KEY_BYTES, type KeyEncryption } from '../crypto/key-encryption.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import { wrappingContext, type DataKeyName, type NewKey } from './store.ts';
import { dataKeys } from './table.ts';

/** The first data key of an account. */
export const FIRST_KEY = 'D1';

/** Makes data keys, wrapped and not stored yet. May go over the network: never inside of a transaction. */
export function makeKeys(kek: KeyEncryption, names: readonly DataKeyName[]): Promise<NewKey[]> {
  return wrapKeys(
    kek,
    names.map((name) => ({ ...name, secret: randomBytes(DATA_KEY_BYTES) })),
  );
}

/** The first data keys of accounts. */
export function makeFirstKeys(kek: KeyEncryption, accountIds: readonly AccountId[]): Promise<NewKey[]> {
  return makeKeys(
    kek,
    accountIds.map((accountId) => ({ accountId, id: FIRST_KEY })),
  );
}

export async function addFirstKeys(tx: DbTransaction, keys: readonly NewKey[]): Promise<void> {
  await tx.insert(dataKeys).values([...keys]);
}

/** Wraps keys that are there already. */
export async function wrapKeys(
  kek: KeyEncryption,
  keys: readonly (DataKeyName & { secret: Buffer })[],
): Promise<NewKey[]> {
  if (keys.length === 0) return [];
  const wrapped = await kek.wrap(keys.map((key) => ({ secret: key.secret, context: wrappingContext(key) })));
  return keys.map(({ accountId, id }, i) => ({ accountId, id, ...wrapped[i]! }));
}
