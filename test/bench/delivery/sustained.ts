import { setTimeout as delay } from 'node:timers/promises';
import type { Ground } from '../ground/ground.ts';
import type { OtpostProcess } from '../ground/otpost.ts';
import type { Platform } from '../ground/platform.ts';
import { uuidOf } from '../../../src/ids.ts';
import { send, type Load } from '../load/load.ts';
import { createBacklog, drained, keepFull } from './backlog.ts';

/** What happened between two instants of a run in which as much was started as was delivered. */
export interface Sustained {
  startedPerSecond: number;
  deliveredPerSecond: number;
  /** From the start's commit to the receipt's, by the database. */
  p50Ms: number;
  p99Ms: number;
}

// Twice what is between the start and the receipt anyway, with a carrier that takes 0.3 s for it.
export const MAX_OPEN = 3_000;
// So few that a quick run does not spend its time on starting them.
const QUICK_OPEN = 200;
// Until the backlog is full and the code is warm, from the first delivery on: before it a worker binds to its carriers
// and compiles, which on a busy machine has taken longer than all of a quick run.
const WARM_UP_SECONDS = 4;
const FIRST_MS = 30_000;

/** @throws {Error} when a start is refused, or a message is not delivered */
export async function measureSustained(
  ground: Ground,
  platform: Platform,
  api: OtpostProcess,
  load: Load,
): Promise<Sustained> {
  const warmUp = ground.quick ? 0.2 : WARM_UP_SECONDS;
  const begun = new Date();
  const seconds = ground.quick ? 0.5 : 10;
  const backlog = createBacklog(platform);
  const stopping = new AbortController();
  const starts = { kind: 'start', firstNumber: platform.numbers.take(1_000_000) } as const;
  const sending = send(load, api, platform, starts, warmUp + seconds + 60 + FIRST_MS / 1_000, {
    kind: 'allowed',
  });
  const feeding = keepFull(
    backlog,
    ground.quick ? QUICK_OPEN : MAX_OPEN,
    (count) => load.ask.allow(count),
    stopping.signal,
  );
  const window = async () => {
    await firstDelivered(platform, begun);
    await delay(warmUp * 1_000);
    const from = new Date();
    await delay(seconds * 1_000);
    // In a quick run on a machine that others use there may be none by then.
    await firstDelivered(platform, from);
    return { from, to: new Date() };
  };
  const { from, to } = await Promise.race([window(), failing(sending), failing(feeding)]);
  stopping.abort();
  await feeding;
  await load.ask.stop();
  await sending;
  await drained(backlog);
  return readWindow(platform, from, to);
}

/** @throws {Error} when nothing is delivered within half a minute */
async function firstDelivered({ app, who }: Platform, since: Date): Promise<void> {
  for (const limit = Date.now() + FIRST_MS; Date.now() < limit; await delay(50)) {
    const found = await app.sql`
      SELECT 1 FROM messages WHERE account_id = ${uuidOf(who.accountId)} AND delivered_at >= ${since} LIMIT 1`;
    if (found.length > 0) return;
  }
  throw new Error('no message was delivered');
}

/** Only its failure counts. */
async function failing(work: Promise<unknown>): Promise<never> {
  await work;
  return new Promise(() => {});
}

async function readWindow({ app, who }: Platform, from: Date, to: Date): Promise<Sustained> {
  const account = uuidOf(who.accountId);
  const [row] = await app.sql<
    { started: number; delivered: number; lost: number; p50: number; p99: number }[]
  >`
    SELECT count(*) FILTER (WHERE queued_at >= ${from} AND queued_at < ${to})::int AS started,
      count(*) FILTER (WHERE delivered_at >= ${from} AND delivered_at < ${to})::int AS delivered,
      count(*) FILTER (WHERE status <> 'delivered')::int AS lost,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM delivered_at - queued_at) * 1000)
        FILTER (WHERE delivered_at >= ${from} AND delivered_at < ${to}) AS p50,
      percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM delivered_at - queued_at) * 1000)
        FILTER (WHERE delivered_at >= ${from} AND delivered_at < ${to}) AS p99
    FROM messages WHERE account_id = ${account}`;
  const { started, delivered, lost, p50, p99 } = row!;
  if (lost > 0) throw new Error(`${lost} messages were not delivered`);
  const seconds = (to.getTime() - from.getTime()) / 1_000;
  return {
    startedPerSecond: started / seconds,
    deliveredPerSecond: delivered / seconds,
    p50Ms: p50,
    p99Ms: p99,
  };
}
