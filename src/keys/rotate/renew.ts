import { KEYS_CHANNEL } from '../../bus/channels.ts';
import { MAX_KEY_NUMBER } from '../../crypto/sealed-format.ts';
import { idFromUuid } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { makeKeys } from '../make.ts';
import { insertKeysActiveIn } from '../store.ts';

const OWNERS_AT_ONCE = 250;

/**
 * Gives every account, and the installation, a new data key if its newest is older than a rotation. It becomes
 * active when every process has had the time to learn it.
 * @returns how many were made
 */
export async function renewKeys(
  { sql, kek, bus }: Pick<App, 'sql' | 'kek' | 'bus'>,
  startedAt: Date,
  activeInMs: number,
): Promise<number> {
  let made = 0;
  for (;;) {
    // Of an account whose keys are all destroyed nothing is left to be sealed.
    const owners = await sql<{ account_id: string; newest: number }[]>`
      SELECT account_id, max(substring(id FROM 2)::int) AS newest FROM data_keys WHERE id ~ '^D[0-9]+$'
      GROUP BY account_id HAVING max(created_at) < ${startedAt} AND count(wrapped) > 0
      ORDER BY account_id LIMIT ${OWNERS_AT_ONCE}`;
    if (owners.length === 0) break;
    const names = owners.map(({ account_id, newest }) => {
      if (newest >= MAX_KEY_NUMBER)
        throw new Error(`No more than ${MAX_KEY_NUMBER} data keys can be numbered.`);
      return { accountId: idFromUuid('acc', account_id), id: `D${newest + 1}` };
    });
    await insertKeysActiveIn(sql, await makeKeys(kek, names), { startedAt, activeInMs });
    made += owners.length;
    bus.publish([{ channel: KEYS_CHANNEL, payload: '' }]);
  }
  return made;
}

/** Milliseconds until all keys that were made since are active; negative: since then. */
export async function untilActive({ sql }: Pick<App, 'sql'>, startedAt: Date): Promise<number> {
  const [row] = await sql<{ ms: number }[]>`
    SELECT coalesce(extract(epoch FROM max(active_from) - now()) * 1000, 0)::float8 AS ms
    FROM data_keys WHERE created_at >= ${startedAt}`;
  return row!.ms;
}

/**
 * From now on the keys from before are only there to open: those of whom a newer one is active. A transaction that
 * was open when the rotation began may have shown the first key of an account only after it looked for owners.
 */
export async function retireKeys({ sql, bus }: Pick<App, 'sql' | 'bus'>, startedAt: Date): Promise<void> {
  await sql`
    UPDATE data_keys d SET retired_at = now(), changed_at = now()
    WHERE created_at < ${startedAt} AND retired_at IS NULL AND id <> 'index'
      AND EXISTS (
        SELECT FROM data_keys n WHERE n.account_id = d.account_id AND n.wrapped IS NOT NULL
          AND n.created_at >= ${startedAt} AND n.active_from <= now())`;
  bus.publish([{ channel: KEYS_CHANNEL, payload: '' }]);
}
