import { uuidOf, type Id } from '../ids.ts';
import type { Tx } from './client.ts';

type Read<Row, T> = (row: Row) => T | null | undefined;

/** One column of a batch: its Postgres type and how to read it from a row of the code. */
export type BatchColumn<Row> =
  | readonly [type: 'uuid', read: Read<Row, Id<string>>]
  | readonly [type: 'bytea', read: Read<Row, Buffer>]
  | readonly [type: 'timestamptz', read: Read<Row, Date>]
  | readonly [type: 'text', read: Read<Row, string>]
  | readonly [type: 'smallint' | 'integer' | 'bigint' | 'double precision', read: Read<Row, number>]
  | readonly [type: 'boolean', read: Read<Row, boolean>]
  | readonly [type: 'json', read: Read<Row, unknown>];

/**
 * A batch of rows as one table of a statement: one array per column, so that a statement's text
 * stays the same (and prepared) whether it carries one row or five hundred.
 */
export interface Rowset<Row> {
  /** `a, b, c`: the column names. */
  readonly names: string;
  /** `unnest($1::uuid[], …) AS n (a, b, c)` */
  readonly from: string;
  /** The arrays for `$1 …`, as Postgres reads them: `{1,2,NULL}`. */
  params(rows: readonly Row[]): string[];
}

export function rowset<Row>(columns: Record<string, BatchColumn<Row>>): Rowset<Row> {
  const entries = Object.entries(columns);
  const names = entries.map(([name]) => name).join(', ');
  const arrays = entries.map(([, [type]], i) => `$${i + 1}::${type === 'json' ? 'text' : type}[]`).join(', ');
  return {
    names,
    from: `unnest(${arrays}) AS n (${names})`,
    params: (rows) => entries.map(([, column]) => arrayOf(rows, elementWriter(column))),
  };
}

// Written here and not by the driver, which quotes and escapes whatever it is: 2.5 → 1.1 µs for a row of ten columns.
function arrayOf<Row>(rows: readonly Row[], write: (row: Row) => string): string {
  if (rows.length === 0) return '{}';
  let text = `{${write(rows[0]!)}`;
  for (let i = 1; i < rows.length; i++) text += `,${write(rows[i]!)}`;
  return `${text}}`;
}

function elementWriter<Row>(column: BatchColumn<Row>): (row: Row) => string {
  switch (column[0]) {
    case 'uuid':
      return orNull(column[1], uuidOf);
    case 'bytea':
      return orNull(column[1], (bytes) => `"\\\\x${bytes.toString('hex')}"`);
    case 'timestamptz':
      return orNull(column[1], dateWriter());
    case 'json': {
      const [read, write] = [column[1], jsonWriter()];
      return (row) => write(read(row));
    }
    case 'text':
      return orNull(column[1], quote);
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'double precision':
      return orNull(column[1], String);
    case 'boolean':
      return orNull(column[1], String);
    default:
      throw new Error(`unhandled column: ${String(column satisfies never)}`);
  }
}

function orNull<Row, T>(read: Read<Row, T>, write: (value: T) => string): (row: Row) => string {
  return (row) => {
    const value = read(row);
    return value === null || value === undefined ? 'NULL' : write(value);
  };
}

// Most dates of a batch are the same: that of the batch.
function dateWriter(): (date: Date) => string {
  let ms = NaN;
  let text = '';
  return (date) => {
    if (date.getTime() !== ms) {
      ms = date.getTime();
      text = date.toISOString();
    }
    return text;
  };
}

// What was decided once for many rows is one object of theirs. A later batch may find it changed.
function jsonWriter(): (value: unknown) => string {
  let last: unknown;
  let text: string | undefined;
  return (value) => {
    if (text === undefined || value !== last) {
      text = quote(JSON.stringify(value));
      last = value;
    }
    return text;
  };
}

function quote(text: string): string {
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

/**
 * Sends a statement whose parameters are a rowset's arrays, prepared; at once, so that statements go
 * in the order of the calls.
 */
export function runBatch<Row, Result extends object>(
  tx: Tx,
  statement: string,
  set: Rowset<Row>,
  rows: readonly Row[],
) {
  return tx.unsafe<Result[]>(statement, set.params(rows), { prepare: true }).execute();
}
