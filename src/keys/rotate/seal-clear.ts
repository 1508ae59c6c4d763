import { seal } from '../../crypto/seal.ts';
import { rowset } from '../../db/rowset.ts';
import { idFromUuid, type AccountId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { SEALED_COLUMNS, type SealedColumn } from '../sealed-columns.ts';
import { hasKey } from './reseal.ts';

const ROWS_AT_ONCE = 200;

interface Clear {
  accountId: AccountId;
  row: `row_${string}`;
  clear: string;
  sealed: Buffer;
  index: Buffer | null;
}

const CLEAR = rowset<Clear>({
  account_id: ['uuid', (r) => r.accountId],
  row: ['uuid', (r) => r.row],
  clear: ['text', (r) => r.clear],
  sealed: ['bytea', (r) => r.sealed],
  index: ['bytea', (r) => r.index],
});

/** Seals what versions from before a column was sealed left in the clear. @returns how many values */
export async function sealClearValues(app: Pick<App, 'sql' | 'keys'>): Promise<number> {
  let count = 0;
  for (const column of SEALED_COLUMNS) if (column.clear) count += await sealColumn(app, column, column.clear);
  return count;
}

async function sealColumn(
  { sql, keys }: Pick<App, 'sql' | 'keys'>,
  { table, column, row, boundTo }: SealedColumn,
  { column: clear, index }: NonNullable<SealedColumn['clear']>,
): Promise<number> {
  const { column: key, prefix } = row!;
  // A value that somebody changes meanwhile is sealed by them.
  const statement = `
    UPDATE "${table}" t SET "${column}" = n.sealed, "${clear}" = NULL
      ${index ? `, "${index.column}" = n.index` : ''}
    FROM ${CLEAR.from}
    WHERE t.account_id = n.account_id AND t."${key}" = n.row AND t."${clear}"::text = n.clear`;
  for (let count = 0; ;) {
    const rows = await sql<{ account_id: string; row: string; clear: string }[]>`
      SELECT account_id, ${sql(key)} AS row, ${sql(clear)}::text AS clear FROM ${sql(table)}
      WHERE ${sql(clear)} IS NOT NULL ORDER BY account_id, ${sql(key)} LIMIT ${ROWS_AT_ONCE}`;
    if (rows.length === 0) return count;
    for (const id of new Set(rows.map(({ account_id }) => idFromUuid('acc', account_id))))
      if (!hasKey(keys, id)) await keys.learn(id);
    const values = rows.map(({ account_id, row: uuid, clear }): Clear => {
      const accountId = idFromUuid('acc', account_id);
      const at = { account: accountId, table, column: boundTo[0]!, row: idFromUuid(prefix, uuid) };
      return {
        ...{ accountId, clear, row: `row_${uuid.replaceAll('-', '')}` },
        sealed: seal(keys, clear, at),
        index: index ? keys.blindIndex(index.purpose, accountId, clear) : null,
      };
    });
    await sql.unsafe(statement, CLEAR.params(values));
    count += values.length;
  }
}
