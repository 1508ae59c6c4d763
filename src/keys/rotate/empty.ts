import { KEYS_CHANNEL } from '../../bus/channels.ts';
import type { App } from '../../platform.ts';
import { keysInUse } from '../keys-in-use.ts';
import { keyName, namedKeys, nameFromRaw, type RawName } from '../store.ts';

/** Notes of keys from before a rotation that nothing stored needs them any more, but for some (`account/id`). */
export async function emptyKeys(
  { sql }: Pick<App, 'sql'>,
  startedAt: Date,
  needed: ReadonlySet<string>,
): Promise<void> {
  const retired = await sql<RawName[]>`
    SELECT account_id, id FROM data_keys
    WHERE created_at < ${startedAt} AND retired_at IS NOT NULL AND emptied_at IS NULL`;
  const empty = retired.map(nameFromRaw).filter((key) => !needed.has(keyName(key)));
  await sql`
    UPDATE data_keys d SET emptied_at = now(), changed_at = now() FROM ${namedKeys(sql, empty)}
    WHERE d.account_id = n.account_id AND d.id = n.id`;
}

/**
 * What no stored value needs may still be needed for what is under way: codes of pending verifications (at most
 * 24 h), client tokens (5 min more), parts of messages, rows in memory.
 */
const UNDER_WAY_HOURS = 25;

/** Keys that are empty, and retired long enough that nothing under way needs them: whoever they are of has a newer one. */
const DUE = `
  SELECT d.account_id, d.id FROM data_keys d
  WHERE d.wrapped IS NOT NULL AND d.emptied_at IS NOT NULL
    AND d.retired_at < now() - ${UNDER_WAY_HOURS} * interval '1 hour'
    AND EXISTS (
      SELECT FROM data_keys n WHERE n.account_id = d.account_id AND n.id ~ '^D[0-9]+$' AND n.wrapped IS NOT NULL
        AND n.retired_at IS NULL AND n.active_from <= now())`;

export interface Destroyed {
  destroyed: number;
  /** Something is sealed under them after all: the next sweep seals it anew. */
  kept: number;
}

/**
 * Destroys empty keys. They are looked for in all values once more: a process that could not unwrap the new keys
 * has gone on with the old ones.
 */
export async function destroyEmptyKeys({ sql, bus }: Pick<App, 'sql' | 'bus'>): Promise<Destroyed> {
  const due = (await sql.unsafe<RawName[]>(DUE)).map(nameFromRaw);
  if (due.length === 0) return { destroyed: 0, kept: 0 };
  const used = new Set((await keysInUse(sql)).map(keyName));
  const kept = due.filter((key) => used.has(keyName(key)));
  const empty = due.filter((key) => !used.has(keyName(key)));
  await sql`
    UPDATE data_keys d SET emptied_at = NULL, changed_at = now() FROM ${namedKeys(sql, kept)}
    WHERE d.account_id = n.account_id AND d.id = n.id`;
  const { count } = await sql`
    UPDATE data_keys d SET wrapped = NULL, destroyed_at = now(), changed_at = now() FROM ${namedKeys(sql, empty)}
    WHERE d.account_id = n.account_id AND d.id = n.id AND d.emptied_at IS NOT NULL AND d.wrapped IS NOT NULL`;
  if (count > 0) bus.publish([{ channel: KEYS_CHANNEL, payload: '' }]);
  return { destroyed: count, kept: kept.length };
}
