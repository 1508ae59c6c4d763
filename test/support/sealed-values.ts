import type { PendingQuery, Row } from 'postgres';
import { INSTALLATION } from '../../src/crypto/key-memory.ts';
import type { SealedAt } from '../../src/crypto/seal.ts';
import type { Sql } from '../../src/db/client.ts';
import { idFromUuid } from '../../src/ids.ts';
import { SEALED_COLUMNS, type SealedColumn } from '../../src/keys/sealed-columns.ts';

export interface SealedValue {
  of: SealedColumn;
  at: SealedAt;
  sealed: Buffer;
  /** Of its row, for a WHERE. */
  isRow: PendingQuery<Row[]>;
}

/** Every sealed value of a database, column by column. */
export async function* sealedValues(sql: Sql): AsyncGenerator<SealedValue> {
  for (const of of SEALED_COLUMNS) {
    const { table, column, row, boundTable, boundTo, ofInstallation } = of;
    const key = row?.column ?? 'account_id';
    const ofAccount = ofInstallation ? sql`NULL::uuid` : sql`account_id`;
    const rows = await sql<{ account_id: string | null; key: string; sealed: Buffer }[]>`
      SELECT ${ofAccount} AS account_id, ${sql(key)} AS key, ${sql(column)} AS sealed FROM ${sql(table)}
      WHERE ${sql(column)} IS NOT NULL`;
    for (const { account_id, key: uuid, sealed } of rows) {
      const account = ofInstallation ? INSTALLATION : idFromUuid('acc', account_id!);
      const id = idFromUuid(row?.prefix ?? 'acc', uuid);
      const at = { account, table: boundTable ?? table, column: boundTo[0]!, row: id };
      const isRow = sql`${ofAccount} IS NOT DISTINCT FROM ${account_id} AND ${sql(key)} = ${uuid}`;
      yield { of, at, sealed, isRow };
    }
  }
}
