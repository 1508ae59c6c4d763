import type { ParameterOrJSON } from 'postgres';
import { uuidOf, type Id } from '../ids.ts';
import type { Tx } from './client.ts';

type Read<Row, T> = (row: Row) => T | null | undefined;

/** One column of a batch: its Postgres type and how to read it from a row of the code. */
export type BatchColumn<Row> =
  | readonly [type: 'uuid', read: Read<Row, Id<string>>]
  | readonly [type: 'bytea', read: Read<Row, Buffer>]
  | readonly [type: 'timestamptz', read: Read<Row, Date>]
  | readonly [type: 'text', read: Read<Row, string>]
  | readonly [type: 'smallint' | 'integer' | 'bigint', read: Read<Row, number>]
  | readonly [type: 'jsonb', read: Read<Row, unknown>];

/**
 * A batch of rows as one table of a statement: one array per column, so that a statement's text
 * stays the same (and prepared) whether it carries one row or five hundred.
 */
export interface Rowset<Row> {
  /** `a, b, c`: the column names. */
  readonly names: string;
  /** `unnest($1::uuid[], …) AS n (a, b, c)` */
  readonly from: string;
  /** The arrays for `$1 …`. */
  params(tx: Tx, rows: readonly Row[]): ParameterOrJSON<never>[];
}

// The driver takes an array that begins with a Buffer for one bytea: the type must be named.
const BYTEA_ARRAY_OID = 1001;

export function rowset<Row>(columns: Record<string, BatchColumn<Row>>): Rowset<Row> {
  const entries = Object.entries(columns);
  const names = entries.map(([name]) => name).join(', ');
  const arrays = entries
    .map(([, [type]], i) => `$${i + 1}::${type === 'jsonb' ? 'text' : type}[]`)
    .join(', ');
  return {
    names,
    from: `unnest(${arrays}) AS n (${names})`,
    params: (tx, rows) =>
      entries.map(([, column]) => {
        switch (column[0]) {
          case 'uuid':
            return rows.map((row) => {
              const id = column[1](row);
              return id ? uuidOf(id) : null;
            }) as never;
          case 'bytea':
            return tx.array(rows.map((row) => column[1](row) ?? null) as never, BYTEA_ARRAY_OID) as never;
          case 'timestamptz':
            return rows.map((row) => column[1](row)?.toISOString() ?? null) as never;
          case 'jsonb':
            return rows.map((row) => JSON.stringify(column[1](row))) as never;
          case 'text':
          case 'smallint':
          case 'integer':
          case 'bigint':
            return rows.map((row) => column[1](row) ?? null) as never;
          default:
            throw new Error(`unhandled column: ${String(column satisfies never)}`);
        }
      }),
  };
}

/** Runs a statement whose parameters are a rowset's arrays, prepared. */
export function runBatch<Row, Result extends object>(
  tx: Tx,
  statement: string,
  set: Rowset<Row>,
  rows: readonly Row[],
) {
  return tx.unsafe<Result[]>(statement, set.params(tx, rows), { prepare: true });
}
