import type { Logger } from 'pino';
import { hasAccount } from '../accounts/account-ids.ts';
import { KeyEncryptionFailed } from '../crypto/errors.ts';
import type { KeyEncryption } from '../crypto/key-encryption.ts';
import { INSTALLATION, type KeyMemory } from '../crypto/key-memory.ts';
import { missingKeyEncryptionKeys } from '../crypto/missing-keys.ts';
import type { Sql } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import { makeFirstKeys } from './make.ts';
import {
  insertKeys,
  keyName,
  readKeys,
  readKeysNamed,
  readKeysOf,
  wrappingContext,
  type DataKeyName,
  type StoredKey,
} from './store.ts';

/** Brings keys from the database into the memory of a process. */
export interface KeyLoader {
  /** All of them. @throws {KeyEncryptionFailed} when one cannot be unwrapped: nobody should start without it */
  loadAll(): Promise<void>;
  /** What changed since the last look. A key that cannot be unwrapped is logged, and tried again the next time. */
  refresh(): Promise<void>;
  /** The keys of an account, now; makes its first one if it has none. */
  learn(account: string): Promise<void>;
}

// Transactions that were open when we looked may show later what they changed before.
const OVERLAP_MS = 60_000;
/** Who asks in vain, asks no more than this often. */
const ASK_AGAIN_MS = 1_000;
const UNWRAPPED_AT_ONCE = 500;

type WrappedRow = StoredKey & { wrapped: Buffer };

interface Deps {
  sql: Sql;
  kek: KeyEncryption;
  memory: KeyMemory;
  log: Logger;
}

export function createKeyLoader({ sql, kek, memory, log }: Deps): KeyLoader {
  let seenUntil = new Date(0);
  /** Those that could not be unwrapped, by `account/id`: what changed since does not bring them again. */
  const failed = new Map<string, DataKeyName>();
  const asked = new Map<AccountId, Promise<void>>();

  /** @returns those that have to be unwrapped */
  function unknownOf(keys: readonly StoredKey[]): WrappedRow[] {
    return keys.filter((key): key is WrappedRow => {
      if (key.wrapped !== null) return !memory.setActive(key.accountId, key.id, key.isActive);
      memory.destroy(key.accountId, key.id);
      return false;
    });
  }

  async function unwrap(keys: readonly WrappedRow[]): Promise<void> {
    for (let i = 0; i < keys.length; i += UNWRAPPED_AT_ONCE) {
      const some = keys.slice(i, i + UNWRAPPED_AT_ONCE);
      const secrets = await kek.unwrap(some.map((key) => ({ ...key, context: wrappingContext(key) })));
      some.forEach(({ accountId, id, isActive }, j) =>
        memory.put({ account: accountId, id, secret: secrets[j]!, isActive }),
      );
    }
  }

  async function whatCanBe(keys: readonly WrappedRow[]): Promise<WrappedRow[]> {
    const missing = await kek.missing(keys.map(({ kekId }) => kekId));
    if (missing.length > 0) log.error(missingKeyEncryptionKeys(missing));
    return keys.filter(({ kekId }) => !missing.includes(kekId));
  }

  async function unwrapWhatCanBe(keys: readonly WrappedRow[]): Promise<void> {
    const possible = await whatCanBe(keys);
    const refused = await unwrapApart(possible);
    for (const key of keys) if (!possible.includes(key) || refused.has(key)) failed.set(keyName(key), key);
    const [first] = refused;
    if (!first) return;
    const [{ accountId, id }, err] = first;
    log.error({ accountId, keyId: id, count: refused.size, err }, 'data keys cannot be unwrapped');
  }

  /**
   * One that does not unwrap is looked for by halves, so that it keeps no other one away.
   * @returns those that do not, and why
   */
  async function unwrapApart(keys: readonly WrappedRow[]): Promise<Map<WrappedRow, unknown>> {
    try {
      await unwrap(keys);
      return new Map();
    } catch (error) {
      if (keys.length === 1) return new Map([[keys[0]!, error]]);
      const half = Math.ceil(keys.length / 2);
      const [some, others] = [keys.slice(0, half), keys.slice(half)];
      return new Map([...(await unwrapApart(some)), ...(await unwrapApart(others))]);
    }
  }

  async function look(take: (page: StoredKey[]) => Promise<void>): Promise<void> {
    const [row] = await sql<{ now: Date }[]>`SELECT now()`;
    for await (const page of readKeys(sql, seenUntil)) await take(page);
    seenUntil = new Date(row!.now.getTime() - OVERLAP_MS);
  }

  /** @returns how many it brought */
  async function learnNow(accountId: AccountId): Promise<number> {
    let keys = await readKeysOf(sql, accountId);
    if (keys.length === 0 && accountId !== INSTALLATION && (await hasAccount(sql, accountId))) {
      await insertKeys(sql, await makeFirstKeys(kek, [accountId]));
      keys = await readKeysOf(sql, accountId);
    }
    const possible = await whatCanBe(unknownOf(keys));
    await unwrap(possible);
    return possible.length;
  }

  return {
    async loadAll() {
      const kekIds = await sql<{ id: string }[]>`
        SELECT DISTINCT kek_id AS id FROM data_keys WHERE wrapped IS NOT NULL`;
      const missing = await kek.missing(kekIds.map(({ id }) => id));
      if (missing.length > 0) throw new KeyEncryptionFailed(missingKeyEncryptionKeys(missing));
      await look((page) => unwrap(unknownOf(page)));
    },
    async refresh() {
      const before = [...failed.values()];
      failed.clear();
      try {
        if (before.length > 0) await unwrapWhatCanBe(unknownOf(await readKeysNamed(sql, before)));
        await look((page) => unwrapWhatCanBe(unknownOf(page)));
      } catch (error) {
        for (const key of before) failed.set(keyName(key), key);
        throw error;
      }
    },
    learn(account) {
      const accountId = account as AccountId;
      let learning = asked.get(accountId);
      if (learning) return learning;
      const forget = () => asked.delete(accountId);
      learning = learnNow(accountId).then((brought) => {
        if (brought > 0) forget();
        else setTimeout(forget, ASK_AGAIN_MS).unref();
      });
      learning.catch(forget);
      asked.set(accountId, learning);
      return learning;
    },
  };
}
