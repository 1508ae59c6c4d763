import { randomBytes } from 'node:crypto';
import { hintOf, writeApiKey } from '../../../src/accounts/api-key.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import { makeFirstKeys } from '../../../src/keys/make.ts';
import { insertKeys } from '../../../src/keys/store.ts';
import type { App } from '../../../src/platform.ts';
import { KEYS_CHANNEL } from '../../../src/bus/channels.ts';
import { uuidOf } from '../../../src/ids.ts';

const ACCOUNTS_AT_ONCE = 500;

/** Accounts with some live keys each, in batches: one by one they would take minutes. @returns the keys, in turns of the accounts */
export async function createManyKeys(app: App, accounts: number, keysEach: number): Promise<string[]> {
  const rounds: string[][] = Array.from({ length: keysEach }, () => []);
  for (let done = 0; done < accounts; done += ACCOUNTS_AT_ONCE) {
    const ids = Array.from({ length: Math.min(ACCOUNTS_AT_ONCE, accounts - done) }, () => newId('acc'));
    await app.sql`
      INSERT INTO accounts (id, name, created_at)
      SELECT id, 'Many', now() FROM unnest(${ids.map(uuidOf)}::uuid[]) AS n (id)`;
    await insertKeys(app.sql, await makeFirstKeys(app.kek, ids));
    for (const round of rounds) {
      const keys = ids.map(() => writeApiKey('live', randomBytes(24)));
      round.push(...keys);
      await app.sql`
        INSERT INTO api_keys (account_id, id, name, hash, hint, created_at)
        SELECT account_id, id, 'Many', decode(hash, 'hex'), hint, now() FROM unnest(
          ${ids.map(uuidOf)}::uuid[], ${ids.map(() => uuidOf(newId('key')))}::uuid[],
          ${keys.map((key) => app.keys.blindIndex('api-key', key).toString('hex'))}::text[],
          ${keys.map(hintOf)}::text[]) AS n (account_id, id, hash, hint)`;
    }
  }
  app.bus.publish([{ channel: KEYS_CHANNEL, payload: '' }]);
  await app.sql`ANALYZE api_keys`;
  return rounds.flat();
}
