import { sql } from 'drizzle-orm';
import { keptDays } from '../accounts/retention-days.ts';
import type { DbTransaction } from '../db/client.ts';
import { idFromUuid, uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { CELL_COLUMNS, countCells, WITHOUT_JIT } from './cells.ts';
import { HOUR_MS, hourOf, uuidRange } from './window.ts';

// An hour is counted a quarter of an hour after its end, when most of it has settled: codes live ten minutes.
const SETTLING_MS = 900_000;
// Receipts wait 72 hours for their attempt, codes live 24 at most.
const FINAL_MS = 74 * HOUR_MS;
// Of older hours some attempts may have gone already, with their partition: messages are kept for a week at least.
const RECOUNTED_MS = 6 * 24 * HOUR_MS;
// Of one account and transaction, so that no row waits long: the next turn goes on.
const HOURS_AT_ONCE = 24;

interface Rollup {
  rolledUntil: number;
  finalUntil: number;
  seenUntil: string;
}

/**
 * Counts the hours that are over, and again those of which something changed since. Any number of workers may
 * do it: what another one is counting is left to it, and counting twice changes nothing.
 * @returns whether there is more to count
 */
export async function rollUp(app: App): Promise<boolean> {
  const accounts = await app.sql<{ id: string }[]>`
    SELECT c.id FROM accounts c WHERE EXISTS (SELECT FROM attempts a WHERE a.account_id = c.id)`;
  let more = false;
  for (const { id } of accounts) {
    const accountId = idFromUuid('acc', id);
    try {
      if (await rollUpAccount(app, accountId)) more = true;
    } catch (error) {
      // The others' hours are counted all the same; these again at the next turn.
      app.log.error({ err: error, accountId }, 'hours not counted');
    }
  }
  return more;
}

async function rollUpAccount(app: App, accountId: AccountId): Promise<boolean> {
  const now = app.clock();
  return app.db.transaction(async (tx) => {
    await tx.execute(WITHOUT_JIT);
    const before = await lockRollup(tx, accountId);
    if (!before) return false;
    const [{ xmin }] = await ask<[{ xmin: string }]>(
      tx,
      sql`SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin`,
    );
    const changed = await changedHours(tx, accountId, before, now);
    const { hours: fresh, until: rolledUntil } = await freshHours(
      tx,
      accountId,
      before.rolledUntil,
      hourOf(now - SETTLING_MS),
    );
    const finalBefore = Math.min(hourOf(now - FINAL_MS), rolledUntil);
    const { hours: ripe, until: finalUntil } = await freshHours(
      tx,
      accountId,
      before.finalUntil,
      finalBefore,
    );
    const hours = new Set([...changed, ...fresh, ...ripe]);
    for (const hour of hours) await countHour(tx, accountId, hour);
    await ask(
      tx,
      sql`UPDATE routing_rollups SET rolled_until = ${iso(rolledUntil)}, final_until = ${iso(finalUntil)},
        seen_until = ${xmin}::xid8 WHERE account_id = ${uuidOf(accountId)}`,
    );
    return Math.max(fresh.length, ripe.length) === HOURS_AT_ONCE;
  });
}

/** How often it is looked whether something is to be counted. */
export const ROLL_UP_MS = 60_000;

/** Undefined while another worker has it. */
async function lockRollup(tx: DbTransaction, accountId: AccountId): Promise<Rollup | undefined> {
  const account = uuidOf(accountId);
  await ask(
    tx,
    sql`INSERT INTO routing_rollups (account_id, rolled_until, final_until, seen_until)
      SELECT account_id, date_trunc('hour', submitted_at, 'UTC'), date_trunc('hour', submitted_at, 'UTC'),
        pg_snapshot_xmin(pg_current_snapshot())
      FROM attempts WHERE account_id = ${account} ORDER BY id LIMIT 1
      ON CONFLICT DO NOTHING`,
  );
  const [row] = await ask<{ rolled: string; final: string; seen: string }[]>(
    tx,
    sql`SELECT ${ms(sql`rolled_until`)} AS rolled, ${ms(sql`final_until`)} AS final, seen_until::text AS seen
      FROM routing_rollups WHERE account_id = ${account} FOR UPDATE SKIP LOCKED`,
  );
  return row && { rolledUntil: Number(row.rolled), finalUntil: Number(row.final), seenUntil: row.seen };
}

/** Counted hours with attempts of verifications of which something was written down since. */
async function changedHours(
  tx: DbTransaction,
  accountId: AccountId,
  before: Rollup,
  now: number,
): Promise<number[]> {
  const since = hourOf(now - RECOUNTED_MS);
  const { first, behind } = uuidRange({ from: since, to: before.rolledUntil });
  const rows = await ask<{ hour: string }[]>(
    tx,
    sql`SELECT DISTINCT ${ms(sql`date_trunc('hour', a.submitted_at, 'UTC')`)} AS hour
      FROM (
        SELECT DISTINCT verification_id FROM events
        WHERE account_id = ${uuidOf(accountId)} AND transaction >= ${before.seenUntil}::xid8
          AND verification_id < ${behind}::uuid) e
      JOIN messages m ON m.account_id = ${uuidOf(accountId)} AND m.verification_id = e.verification_id
      JOIN attempts a ON a.account_id = m.account_id AND a.verification_id = m.verification_id AND a.message_id = m.id
      WHERE a.id >= ${first}::uuid AND a.id < ${behind}::uuid`,
  );
  return rows.map(({ hour }) => Number(hour)).filter((hour) => hour >= since && hour < before.rolledUntil);
}

/** The next hours that have attempts, as many as one turn takes, and how far that gets. */
async function freshHours(
  tx: DbTransaction,
  accountId: AccountId,
  from: number,
  until: number,
): Promise<{ hours: number[]; until: number }> {
  const hours: number[] = [];
  let next = from;
  while (next < until) {
    const { first, behind } = uuidRange({ from: next, to: until });
    if (hours.length === HOURS_AT_ONCE) return { hours, until: next };
    const [attempt] = await ask<{ hour: string }[]>(
      tx,
      sql`SELECT ${ms(sql`date_trunc('hour', submitted_at, 'UTC')`)} AS hour FROM attempts
        WHERE account_id = ${uuidOf(accountId)} AND id >= ${first}::uuid AND id < ${behind}::uuid
          AND submitted_at >= ${iso(next)} AND submitted_at < ${iso(until)}
        ORDER BY id LIMIT 1`,
    );
    if (!attempt) break;
    hours.push(Number(attempt.hour));
    next = Number(attempt.hour) + HOUR_MS;
  }
  return { hours, until: Math.max(from, until) };
}

async function countHour(tx: DbTransaction, accountId: AccountId, hour: number): Promise<void> {
  await ask(
    tx,
    sql`DELETE FROM routing_hourly WHERE account_id = ${uuidOf(accountId)} AND hour = ${iso(hour)}`,
  );
  await ask(
    tx,
    sql`INSERT INTO routing_hourly (account_id, days, ${CELL_COLUMNS})
      SELECT ${uuidOf(accountId)}::uuid, ${keptDays(accountId, 'analyticsDays')}, ${CELL_COLUMNS} FROM
      ${countCells(accountId, [{ from: hour, to: hour + HOUR_MS }])} AS cells`,
  );
}

const iso = (at: number) => sql`${new Date(at).toISOString()}::timestamptz`;
const ms = (moment: ReturnType<typeof sql>) => sql`(1000 * extract(epoch FROM ${moment}))::bigint::text`;

async function ask<Rows>(tx: DbTransaction, statement: ReturnType<typeof sql>): Promise<Rows> {
  return (await tx.execute(statement)) as unknown as Rows;
}
