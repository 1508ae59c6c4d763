import { setTimeout as delay } from 'node:timers/promises';
import type { Ground } from './ground/ground.ts';
import { startOtpost } from './ground/otpost.ts';
import { createPlatform } from './ground/platform.ts';
import type { BenchProcess } from './ground/processes.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';
import { median, percentile } from './measure/percentile.ts';
import { addEndpoints } from './webhooks/endpoints.ts';
import { addNumber, commitAtOnce, commitSteadily, type Commits } from './webhooks/events.ts';
import type { Arrival, Receiver } from './webhooks/receiver.ts';

/** Of the most that gets through: what is measured is the way, and not a queue. */
const STEADY_SHARE = 0.5;
/** Without any delivery meanwhile. */
const GIVE_UP_MS = 30_000;
const LOOK_MS = 20;

interface Run {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * How many webhooks one worker delivers a second, and how long after its commit an event is received: by ten
 * endpoints that answer, and by nine while the tenth never does.
 */
export async function benchWebhooks(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await addNumber(platform);
  const entry = 'test/bench/webhooks/receiver.ts';
  await using receiver = await ground.processes.start<Receiver>({ entry });
  await using _worker = await startOtpost(ground, platform, { role: 'worker' });
  const atOnce = ground.quick ? 30 : 1_000;
  const seconds = ground.quick ? 0.5 : 8;

  async function burst(answering: number): Promise<number> {
    // Until this one is there the worker may not know them.
    await received(receiver, await commitAtOnce(platform, 1), answering);
    return (await received(receiver, await commitAtOnce(platform, atOnce), answering)).perSecond;
  }

  async function findPace(): Promise<number> {
    await using endpoints = await addEndpoints(platform, receiver, false);
    const { answering } = endpoints;
    await burst(answering);
    return (STEADY_SHARE * (await burst(answering))) / answering;
  }

  const pace = await findPace();

  async function run(withBlackHole: boolean): Promise<Run> {
    await using endpoints = await addEndpoints(platform, receiver, withBlackHole);
    const { answering } = endpoints;
    const perSecond = await burst(answering);
    const steady = await received(receiver, await commitSteadily(platform, pace, seconds), answering);
    const found = {
      perSecond,
      p50Ms: percentile(steady.ms, 0.5),
      p99Ms: percentile(steady.ms, 0.99),
    };
    ground.say(
      `${answering} endpoints answer: ${Math.round(found.perSecond)} deliveries/s; at ${Math.round(pace * answering)}/s ` +
        `p50 ${found.p50Ms.toFixed(1)} ms, p99 ${found.p99Ms.toFixed(1)} ms`,
    );
    return found;
  }

  const [holed, whole]: [Run[], Run[]] = [[], []];
  const p99Of = async (runs: Run[], withBlackHole: boolean) => {
    const one = await run(withBlackHole);
    runs.push(one);
    return one.p99Ms;
  };
  const { ours, ceiling, ratio } = await alternate(
    ground,
    'ms p99',
    () => p99Of(holed, true),
    () => p99Of(whole, false),
  );
  const medianOf = (runs: readonly Run[], read: (one: Run) => number) => median(runs.map(read));
  const runs = holed.map((one, i) => ({ holed: one, whole: whole[i]! }));
  return [
    {
      row: 'webhooks: burst',
      measured: { value: medianOf(holed, ({ perSecond }) => perSecond), unit: 'deliveries/s' },
      beside: { value: medianOf(whole, ({ perSecond }) => perSecond), unit: 'deliveries/s, all well' },
      target: { atLeast: 1_000 },
      note: `${atOnce} events at once, from one worker to nine endpoints that answer while one never does`,
      runs,
    },
    {
      row: 'webhooks: p99',
      measured: { value: ours, unit: 'ms' },
      beside: { value: ceiling, unit: 'ms, all well' },
      ratio,
      target: { atMost: 1.2 },
      note:
        `committed → received at ${Math.round(pace)} events/s to each endpoint; p50 ` +
        `${medianOf(holed, ({ p50Ms }) => p50Ms).toFixed(1)} beside ${medianOf(whole, ({ p50Ms }) => p50Ms).toFixed(1)} ms`,
      runs,
    },
  ];
}

/** Waits until every endpoint that answers has all of them. @throws {Error} when nothing comes any more */
async function received(
  { ask }: BenchProcess<Receiver>,
  commits: Commits,
  answering: number,
): Promise<{ perSecond: number; ms: number[] }> {
  const wanted = commits.size * answering;
  let before = -1;
  let since = performance.now();
  for (let count = 0; count < wanted; count = await ask.count()) {
    if (count !== before) [before, since] = [count, performance.now()];
    if (performance.now() - since > GIVE_UP_MS) throw new Error(`${count} of ${wanted} webhooks came`);
    await delay(LOOK_MS);
  }
  const arrivals: Arrival[] = await ask.take();
  const last = arrivals.reduce((latest, { at }) => Math.max(latest, at), 0);
  const first = [...commits.values()].reduce((earliest, at) => Math.min(earliest, at), last);
  return {
    perSecond: (1_000 * arrivals.length) / (last - first),
    ms: arrivals.map(({ verificationId, at }) => at - commits.get(verificationId)!),
  };
}
