import { rowset, runBatch } from '../../db/rowset.ts';
import { idFromUuid } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { wrappingContext, type NewKey, type RawName } from '../store.ts';

const KEYS_AT_ONCE = 250;

export interface Rewrapping {
  onProgress(done: number, total: number): void;
}

type Rewrapped = NewKey & { before: Buffer };

const REWRAPPED = rowset<Rewrapped>({
  account_id: ['uuid', (k) => k.accountId],
  id: ['text', (k) => k.id],
  before: ['bytea', (k) => k.before],
  wrapped: ['bytea', (k) => k.wrapped],
  kek_id: ['text', (k) => k.kekId],
});

// A key that was destroyed or wrapped by somebody else meanwhile stays as it is.
const UPDATE = `
  UPDATE data_keys d SET wrapped = n.wrapped, kek_id = n.kek_id, changed_at = now() FROM ${REWRAPPED.from}
  WHERE d.account_id = n.account_id AND d.id = n.id AND d.wrapped = n.before`;

/**
 * Wraps all data keys under the current key-encryption key. The data keys stay what they are, so no process
 * notices; interrupted, the next run does what is left.
 * @returns how many it wrapped, and under which key
 */
export async function rewrapKeys(
  { sql, kek }: Pick<App, 'sql' | 'kek'>,
  { onProgress }: Rewrapping,
): Promise<{ count: number; kekId: string }> {
  const kekId = await kek.currentId();
  const [row] = await sql<{ total: number }[]>`
    SELECT count(*)::int AS total FROM data_keys WHERE kek_id <> ${kekId} AND wrapped IS NOT NULL`;
  const { total } = row!;
  let done = 0;
  for (let last: RawName = { account_id: '0'.repeat(32), id: '' }; ;) {
    const page = await sql<(RawName & { wrapped: Buffer; kek_id: string })[]>`
      SELECT account_id, id, wrapped, kek_id FROM data_keys
      WHERE kek_id <> ${kekId} AND wrapped IS NOT NULL
        AND (account_id, id) > (${last.account_id}::uuid, ${last.id})
      ORDER BY account_id, id LIMIT ${KEYS_AT_ONCE}`;
    if (page.length === 0) return { count: done, kekId };
    const keys = page.map((key) => ({ accountId: idFromUuid('acc', key.account_id), ...key }));
    const wrapped = await kek.rewrap(
      keys.map((key) => ({ kekId: key.kek_id, wrapped: key.wrapped, context: wrappingContext(key) })),
    );
    const rewrapped = keys.map(({ accountId, id, wrapped: before }, i) => ({
      ...{ accountId, id, before },
      ...wrapped[i]!,
    }));
    await runBatch(sql, UPDATE, REWRAPPED, rewrapped);
    done += page.length;
    onProgress(done, Math.max(done, total));
    last = page.at(-1)!;
  }
}

/** The key-encryption keys that data keys are wrapped under. */
export async function keyEncryptionKeysInUse({ sql }: Pick<App, 'sql'>): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    SELECT DISTINCT kek_id AS id FROM data_keys WHERE wrapped IS NOT NULL ORDER BY 1`;
  return rows.map(({ id }) => id);
}
