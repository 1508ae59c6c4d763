import { setTimeout as delay } from 'node:timers/promises';
import { INSTALLATION } from '../../crypto/key-memory.ts';
import { isDeadlock } from '../../db/transaction.ts';
import { rowset } from '../../db/rowset.ts';
import { idFromUuid, uuidOf, type AccountId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { SEALED_COLUMNS, type SealedColumn } from '../sealed-columns.ts';
import { keyName } from '../store.ts';
import type { SweepPosition } from '../table.ts';
import { hasKey, reseal, type SealedRow } from './reseal.ts';

/** A rotation under way. */
export interface Rotation {
  id: string;
  startedAt: Date;
  position: SweepPosition;
  /** Values looked at in this pass. */
  done: number;
}

/** What a sweep could not seal anew. */
export interface LeftBehind {
  count: number;
  /** Keys that are still needed for them, as `account/id`. */
  keys: Set<string>;
  /** For whoever looks into it. */
  first: string | undefined;
}

// Rows are locked for as long as one statement takes: 2 ms for so many.
const ROWS_AT_ONCE = 200;
const NIL = '0'.repeat(32);

interface Resealed {
  accountId: AccountId;
  /** Any prefix: in the database it is a uuid. */
  row: `row_${string}`;
  before: Buffer;
  after: Buffer;
}

const RESEALED = rowset<Resealed>({
  account_id: ['uuid', (r) => r.accountId],
  row: ['uuid', (r) => r.row],
  before: ['bytea', (r) => r.before],
  after: ['bytea', (r) => r.after],
});

/**
 * One pass over all sealed values: what is not under the current key of its account is sealed anew, in
 * batches, each with the position behind it, so that an interrupted pass goes on. Between two batches it
 * rests as long as the last one took: whoever is served needs the database, too.
 * @returns the position at the end of the pass
 */
export async function sweepOnce(
  app: Pick<App, 'sql' | 'keys'>,
  rotation: Rotation,
  left: LeftBehind,
  onProgress: (done: number) => void,
): Promise<Rotation> {
  let { position, done } = rotation;
  const names = SEALED_COLUMNS.map(columnName);
  for (const column of SEALED_COLUMNS.slice(Math.max(0, names.indexOf(position.column)))) {
    if (columnName(column) !== position.column)
      position = { pass: position.pass, column: columnName(column), resealed: position.resealed };
    for (;;) {
      const began = performance.now();
      const rows = await readRows(app, column, position);
      if (rows.length === 0) break;
      await learnOwners(app, rows);
      const resealed = resealRows(app, column, rows, left);
      const last = rows.at(-1)!;
      position = {
        ...{ pass: position.pass, column: position.column },
        ...{ account: last.account_id, row: last.row },
        resealed: position.resealed + resealed.length,
      };
      done += rows.length;
      await save(app, column, resealed, { ...rotation, position, done });
      onProgress(done);
      await delay(performance.now() - began);
    }
  }
  return { ...rotation, position, done };
}

export function columnName({ table, column }: SealedColumn): string {
  return `${table}.${column}`;
}

function readRows(
  { sql }: Pick<App, 'sql'>,
  column: SealedColumn,
  { account = NIL, row = NIL }: SweepPosition,
) {
  const key = sql(column.row?.column ?? 'account_id');
  const ofAccount = column.ofInstallation ? sql`${uuidOf(INSTALLATION)}::uuid` : sql`account_id`;
  return sql<SealedRow[]>`
    SELECT ${ofAccount} AS account_id, ${key} AS row, ${sql(column.column)} AS sealed FROM ${sql(column.table)}
    WHERE (${ofAccount}, ${key}) > (${account}::uuid, ${row}::uuid)
    ORDER BY 1, 2 LIMIT ${ROWS_AT_ONCE}`;
}

/** An account may have been made, with its first key, since the sweep began. */
async function learnOwners({ keys }: Pick<App, 'keys'>, rows: readonly SealedRow[]): Promise<void> {
  for (const accountId of new Set(rows.map(({ account_id }) => idFromUuid('acc', account_id))))
    if (!hasKey(keys, accountId)) await keys.learn(accountId);
}

function resealRows(
  { keys }: Pick<App, 'keys'>,
  column: SealedColumn,
  rows: readonly SealedRow[],
  left: LeftBehind,
): Resealed[] {
  const resealed: Resealed[] = [];
  for (const row of rows) {
    const accountId = idFromUuid('acc', row.account_id);
    const result = reseal(keys, column, row);
    if (result.kind === 'resealed')
      resealed.push({
        accountId,
        row: `row_${row.row.replaceAll('-', '')}`,
        before: row.sealed!,
        after: result.sealed,
      });
    if (result.kind !== 'unreadable') continue;
    left.count++;
    left.first ??= `${columnName(column)} of ${accountId}, row ${row.row}`;
    if (result.keyId !== undefined)
      left.keys.add(keyName({ accountId: result.isDataKey ? accountId : INSTALLATION, id: result.keyId }));
  }
  return resealed;
}

// One statement: a value that was changed by others meanwhile stays, and how far we are is committed with it.
async function save(
  { sql }: Pick<App, 'sql'>,
  column: SealedColumn,
  resealed: readonly Resealed[],
  { id, position, done }: Rotation,
): Promise<void> {
  const table = column.table
    .split('.')
    .map((name) => `"${name}"`)
    .join('.');
  const sealed = `"${column.column}"`;
  const ofAccount = column.ofInstallation ? 'n.account_id' : 't.account_id';
  const key = `"${column.row?.column ?? 'account_id'}"`;
  const statement = `
    WITH resealed AS (
      UPDATE ${table} t SET ${sealed} = n.after FROM ${RESEALED.from}
      WHERE ${ofAccount} = n.account_id AND t.${key} = n.row AND t.${sealed} = n.before)
    UPDATE key_rotations SET position = $5::text::jsonb, done = $6::bigint WHERE id = $7::uuid`;
  const params = [...RESEALED.params(resealed), JSON.stringify(position), done, id];
  for (;;) {
    try {
      await sql.unsafe(statement, params);
      return;
    } catch (error) {
      // Somebody locked the same rows in another order: they are done now.
      if (!isDeadlock(error)) throw error;
    }
  }
}
