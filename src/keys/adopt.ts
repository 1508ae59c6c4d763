import { randomBytes } from 'node:crypto';
import { accountIdsAfter, hasAccounts } from '../accounts/account-ids.ts';
import { KeyEncryptionFailed } from '../crypto/errors.ts';
import { DATA_KEY_BYTES, type KeyEncryption } from '../crypto/key-encryption.ts';
import { INSTALLATION, numberOf } from '../crypto/key-memory.ts';
import type { RootKeys } from '../crypto/root-keys.ts';
import type { Sql } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import { keysInUse } from './keys-in-use.ts';
import { FIRST_KEY, makeFirstKeys, wrapKeys } from './make.ts';
import { insertKeys, readKeysOf } from './store.ts';

const ACCOUNTS_AT_ONCE = 500;

/**
 * Makes the installation's keys if it has none. Where accounts are there already, an earlier version has sealed
 * under the root keys themselves: these become keys of the installation, so that everything still opens.
 * @param roots undefined when there are none, because a key management service wraps
 * @throws {KeyEncryptionFailed} when a root key is missing that stored values are sealed under
 */
export async function adoptInstallation(
  sql: Sql,
  kek: KeyEncryption,
  roots: RootKeys | undefined,
): Promise<void> {
  if ((await readKeysOf(sql, INSTALLATION)).length > 0) return;
  const isUpgrade = await hasAccounts(sql);
  if (isUpgrade) {
    const used = (await keysInUse(sql)).map(({ id }) => id);
    // Another process may have taken it over meanwhile.
    if ((await readKeysOf(sql, INSTALLATION)).length > 0) return;
    needRootKeys(used, roots);
    await giveFirstKeys(sql, kek);
  }
  const made = (id: string, secret: Buffer = randomBytes(DATA_KEY_BYTES)) => ({
    accountId: INSTALLATION,
    id,
    secret,
  });
  const keys = [
    made('index', roots?.index),
    made(FIRST_KEY),
    ...(isUpgrade && roots ? [...roots.secrets].map(([id, secret]) => made(id, secret)) : []),
  ];
  // In one statement, and last: whoever sees one of them sees all, and an interrupted upgrade begins anew.
  await insertKeys(sql, await wrapKeys(kek, keys));
}

function needRootKeys(used: readonly string[], roots: RootKeys | undefined): void {
  if (used.some((id) => !Number.isNaN(numberOf(id))))
    throw new KeyEncryptionFailed(
      'The keys of the installation are gone from the table data_keys, and stored values are sealed under data keys: put the table back from a backup. New keys would open none of them.',
    );
  const lost = used.filter((id) => !roots?.secrets.has(id)).sort();
  if (!roots?.index) lost.unshift('index');
  if (lost.length === 0) return;
  const names = lost.map((id) => `"${id}"`).join(', ');
  throw new KeyEncryptionFailed(
    `OTPOST_KEYS has no key ${names}, but an earlier version has stored data under it. Add it behind the first key, for this one start.`,
  );
}

async function giveFirstKeys(sql: Sql, kek: KeyEncryption): Promise<void> {
  for (let last: AccountId | undefined; ;) {
    const page = await accountIdsAfter(sql, last, ACCOUNTS_AT_ONCE);
    await insertKeys(sql, await makeFirstKeys(kek, page));
    if (page.length < ACCOUNTS_AT_ONCE) return;
    last = page.at(-1)!;
  }
}
