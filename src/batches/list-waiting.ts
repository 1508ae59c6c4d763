import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId, BatchId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readChunksOf } from '../vault/batch-chunks.ts';
import type { Channel } from '../verifications/verification.ts';
import { openRows } from './chunk.ts';

/** Rows of a subject that are kept in an account's batches until they are started. */
export async function listWaiting(
  app: App,
  accountId: AccountId,
  { to, subject }: { to: string; subject: Buffer },
): Promise<{ batchId: BatchId; row: number; locale: string; channel: Channel }[]> {
  const chunks = await readChunksOf(app.sql, accountId, subject);
  return withKeys(app.keys, () =>
    chunks.flatMap((chunk) =>
      openRows(app.keys, chunk, chunk.rowsSealed)
        .filter(([, one]) => one === to)
        .map(([row, , locale, channel = 'sms']) => ({ batchId: chunk.batchId, row, locale, channel })),
    ),
  );
}
