import { setTimeout as sleep } from 'node:timers/promises';
import { uuidOf } from '../../src/ids.ts';
import { CLASSES, KEPT_TABLES } from '../../src/retention/classes.ts';
import { keepPartitions } from '../../src/retention/keep-partitions.ts';
import { makeLeaf } from '../../src/retention/partitions.ts';
import { periodAt, type Period } from '../../src/retention/plan.ts';
import type { Ground } from './ground/ground.ts';
import { startApi } from './ground/otpost.ts';
import { createPlatform, type Platform } from './ground/platform.ts';
import type { LoadResult } from './load/jobs.ts';
import { send, startLoad } from './load/load.ts';
import type { Outcome } from './measure/outcome.ts';
import { median } from './measure/percentile.ts';

/** In all tables together. */
const ROWS = 5_000_000;
const PER_STATEMENT = 250_000;
const NUMBERS_PER_RUN = 1_000_000;
const KEPT = CLASSES.find(({ days }) => days === 7)!;
/** What every verification leaves. */
const TABLES = KEPT_TABLES.filter(({ kind }) => ['phones', 'events', 'messages'].includes(kind));
const DAY_MS = 86_400_000;

interface Run {
  without: LoadResult;
  during: LoadResult;
  dropMs: number;
  /** During ÷ without. */
  rate: number;
  p99: number;
}

/** What those who start verifications notice when five million rows go because their time is over. */
export async function benchRetention(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  const { app } = platform;
  const rows = ground.quick ? ROWS / 1_000 : ROWS;
  const seconds = ground.quick ? 0.4 : 6;
  await keepPartitions(app);
  // Messages stay until their hours are counted, and no worker counts here.
  await app.sql`
    INSERT INTO routing_rollups (account_id, rolled_until, final_until, seen_until)
    VALUES (${uuidOf(platform.who.accountId)}, now(), now(), pg_current_xact_id())`;
  const starts = (time: number) =>
    send(load, api, platform, { kind: 'start', firstNumber: platform.numbers.take(NUMBERS_PER_RUN) }, time);
  await starts(seconds);

  const runs: Run[] = [];
  for (let turn = 0; turn < ground.turns; turn++) {
    await addOldRows(platform, periodAt(KEPT, app.clock() - (20 + turn) * DAY_MS), rows);
    await starts(seconds / 3);
    const without = await starts(seconds);
    const [during, dropMs] = await Promise.all([starts(seconds), dropAfter(platform, seconds * 333)]);
    const rate = during.perSecond / without.perSecond;
    const p99 = during.p99Ms / without.p99Ms;
    runs.push({ without, during, dropMs, rate, p99 });
    ground.say(
      `${Math.round(during.perSecond)} starts/s while ${rows} rows went in ${Math.round(dropMs)} ms, ` +
        `${Math.round(without.perSecond)} before: ${rate.toFixed(2)}; p99 ${p99.toFixed(2)} times as long`,
    );
  }
  const middle = (read: (run: Run) => number) => median(runs.map(read));
  const note = `while ${rows.toLocaleString('en-US')} old rows are dropped`;
  return [
    {
      row: 'retention: start',
      measured: { value: middle(({ during }) => during.perSecond), unit: 'starts/s' },
      beside: { value: middle(({ without }) => without.perSecond), unit: 'starts/s' },
      ratio: middle(({ rate }) => rate),
      target: { atLeast: 0.9 },
      note: `${note}, in ${Math.round(middle(({ dropMs }) => dropMs))} ms`,
      runs,
    },
    {
      row: 'retention: p99',
      measured: { value: middle(({ during }) => during.p99Ms), unit: 'ms' },
      beside: { value: middle(({ without }) => without.p99Ms), unit: 'ms' },
      ratio: middle(({ p99 }) => p99),
      target: { atMost: 2 },
      note: `of a start, ${note}`,
      runs,
    },
  ];
}

/** @returns how long it took */
async function dropAfter({ app }: Platform, ms: number): Promise<number> {
  await sleep(ms);
  const began = performance.now();
  await keepPartitions(app);
  return performance.now() - began;
}

/** Fills the partitions of a period that is over. */
async function addOldRows({ app, who }: Platform, period: Period, count: number): Promise<void> {
  const { sql } = app;
  for (const table of TABLES) await makeLeaf(sql, table, KEPT, period);
  const each = count / TABLES.length;
  const account = `'${uuidOf(who.accountId)}'::uuid`;
  const ms = `(${period.from} + i * ${DAY_MS / each})::bigint`;
  const id = `(lpad(to_hex(${ms}), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || left(md5(i::text), 15))::uuid`;
  for (let first = 0; first < each; first += PER_STATEMENT) {
    const series = `generate_series(${first}::bigint, ${Math.min(each, first + PER_STATEMENT) - 1}::bigint) AS i`;
    await Promise.all([
      sql.unsafe(`
        INSERT INTO vault.numbers (account_id, verification_id, subject, number_sealed, days)
        SELECT ${account}, ${id}, substring(sha512(i::text::bytea) FOR 16), substring(sha512(i::text::bytea) FOR 51), ${KEPT.days}
        FROM ${series}`),
      sql.unsafe(`
        INSERT INTO events (account_id, verification_id, version, type, occurred_at, verification_status, checks_left, sends_left, days)
        SELECT ${account}, ${id}, 5, 'VerificationApproved', to_timestamp(${ms} / 1000.0), 'approved', 4, 4, ${KEPT.days}
        FROM ${series}`),
      sql.unsafe(`
        INSERT INTO messages (account_id, id, verification_id, status, attempts_spent, queued_at, days)
        SELECT ${account}, ${id}, ${id}, 'delivered', 1, to_timestamp(${ms} / 1000.0), ${KEPT.days}
        FROM ${series}`),
      sql.unsafe(`
        INSERT INTO attempts (account_id, id, message_id, verification_id, carrier_id, route_id, status, carrier_message_id,
          decision, submitted_at, days)
        SELECT ${account}, ${id}, ${id}, ${id}, ${account}, ${account}, 'delivered', i::text, '{}', to_timestamp(${ms} / 1000.0),
          ${KEPT.days}
        FROM ${series}`),
    ]);
  }
  await sql.unsafe('CHECKPOINT');
}
