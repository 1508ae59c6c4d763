import { KEYS_CHANNEL } from '../../bus/channels.ts';
import { idFromUuid, uuidOf } from '../../ids.ts';
import type { App } from '../../platform.ts';

/** Notes of keys from before a rotation that nothing stored needs them any more, but for some (`account/id`). */
export async function emptyKeys(
  { sql }: Pick<App, 'sql'>,
  startedAt: Date,
  needed: ReadonlySet<string>,
): Promise<void> {
  const retired = await sql<{ account_id: string; id: string }[]>`
    SELECT account_id, id FROM data_keys
    WHERE created_at < ${startedAt} AND retired_at IS NOT NULL AND emptied_at IS NULL`;
  const empty = retired
    .map(({ account_id, id }) => ({ accountId: idFromUuid('acc', account_id), id }))
    .filter(({ accountId, id }) => !needed.has(`${accountId}/${id}`));
  const [accounts, ids] = [empty.map(({ accountId }) => uuidOf(accountId)), empty.map(({ id }) => id)];
  await sql`
    UPDATE data_keys d SET emptied_at = now(), changed_at = now()
    FROM unnest(${accounts}::uuid[], ${ids}::text[]) AS n (account_id, id)
    WHERE d.account_id = n.account_id AND d.id = n.id`;
}

/**
 * What no stored value needs may still be needed for what is under way: codes of pending verifications (at most
 * 24 h), client tokens (5 min more), parts of messages, rows in memory.
 */
const UNDER_WAY_HOURS = 25;

/** Destroys keys that are empty, and retired long enough that nothing under way needs them. @returns how many */
export async function destroyEmptyKeys({ sql, bus }: Pick<App, 'sql' | 'bus'>): Promise<number> {
  const { count } = await sql`
    UPDATE data_keys SET wrapped = NULL, destroyed_at = now(), changed_at = now()
    WHERE wrapped IS NOT NULL AND emptied_at IS NOT NULL
      AND retired_at < now() - ${UNDER_WAY_HOURS} * interval '1 hour'`;
  if (count > 0) bus.publish([{ channel: KEYS_CHANNEL, payload: '' }]);
  return count;
}
