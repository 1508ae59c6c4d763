import { idFromUuid, uuidOf, type AccountId } from '../../ids.ts';
import type { App } from '../../platform.ts';

/** Every account of which there is anything of a log, whether or not there is an account of that id any more. */
export async function* accountsWithLogs({ sql }: Pick<App, 'sql'>): AsyncGenerator<AccountId> {
  for (let after: string | undefined; ;) {
    // One step in an index each, however long the logs are.
    const [row] = await sql<{ account_id: string }[]>`
      SELECT account_id FROM (
        (SELECT account_id FROM audit_entries WHERE account_id > ${after ?? NIL} ORDER BY account_id LIMIT 1)
        UNION ALL
        (SELECT account_id FROM audit_blocks WHERE account_id > ${after ?? NIL} ORDER BY account_id LIMIT 1)
        UNION ALL
        (SELECT account_id FROM audit_checkpoints WHERE account_id > ${after ?? NIL} ORDER BY account_id LIMIT 1)
      ) AS n ORDER BY account_id LIMIT 1`;
    if (!row) return;
    const accountId = idFromUuid('acc', row.account_id);
    yield accountId;
    after = uuidOf(accountId);
  }
}

const NIL = '0'.repeat(32);

/** For a progress bar. */
export async function countEntries({ sql }: Pick<App, 'sql'>): Promise<number> {
  const [row] = await sql<{ count: string }[]>`SELECT count(*) FROM audit_entries`;
  return Number(row!.count);
}
