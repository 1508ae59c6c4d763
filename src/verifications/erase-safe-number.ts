import type { Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import type { AccountId } from '../ids.ts';

interface SafeKey {
  accountId: AccountId;
  destination: Buffer;
}

const KEYS = rowset<SafeKey>({
  account_id: ['uuid', (k) => k.accountId],
  destination: ['bytea', (k) => k.destination],
});

const ERASE = `
  DELETE FROM safe_numbers s USING ${KEYS.from}
  WHERE s.account_id = n.account_id AND s.destination = n.destination RETURNING s.id`;

/** Takes a subject's number off the safe list: its keyed hash is personal data as well. @returns how many lines */
export async function eraseSafeNumber(
  tx: Tx,
  accountId: AccountId,
  subjects: readonly Buffer[],
): Promise<number> {
  const keys = subjects.map((destination) => ({ accountId, destination }));
  return (await runBatch<SafeKey, object>(tx, ERASE, KEYS, keys)).length;
}
