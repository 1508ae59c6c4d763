import { setTimeout as delay } from 'node:timers/promises';
import type { Ground } from './ground/ground.ts';
import { startApi } from './ground/otpost.ts';
import { startPending } from './ground/pending.ts';
import { createPlatform, type Platform } from './ground/platform.ts';
import type { Probe } from './ground/probe.ts';
import type { BenchProcess } from './ground/processes.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';
import type { Crowd } from './subscribers/crowd.ts';
import { startCrowd, startRawServer } from './subscribers/start.ts';

const QUERY = `subscription Watch {
  accountEvents {
    __typename cursor occurredAt
    verification { id status to }
    ... on MessageQueued { message { id status } }
  }
}`;
// Each start makes two events: started, queued.
const STARTS_PER_BATCH = 20;
const EVENTS_PER_BATCH = 2 * STARTS_PER_BATCH;
const TIMEOUT_MS = 30_000;

/** What it costs to tell 500 subscribers of one account the same, beside sending them a ready text. */
export async function benchFanOut(ground: Ground): Promise<Outcome[]> {
  const sockets = ground.quick ? 50 : 500;
  const batches = ground.quick ? 1 : 10;
  await using platform = await createPlatform(ground);
  await using api = await startApi(ground, platform);
  await using ours = await startCrowd(ground);
  await using theirs = await startCrowd(ground);
  await using raw = await startRawServer(ground);
  const subscriptions = Array.from({ length: sockets }, () => ({ query: QUERY, variables: {} }));

  await ours.ask.join(api.url, platform.apiKey, subscriptions);
  await theirs.ask.join(await raw.ask.listen(), '', subscriptions);
  await untilAllHear(platform, ours, sockets);
  const payload = await ours.ask.lastFrame();

  const tellOurs = async () => {
    await startPending(platform, STARTS_PER_BATCH);
  };
  const tellTheirs = () => raw.ask.broadcast(payload, EVENTS_PER_BATCH);
  await deliver(ours, tellOurs, sockets, 1);
  await deliver(theirs, tellTheirs, sockets, 1);
  const deliveries = sockets * EVENTS_PER_BATCH * batches;
  const alternated = await alternate(
    ground,
    'deliveries per CPU second',
    async () => deliveries / (await cpuOf(api, () => deliver(ours, tellOurs, sockets, batches))),
    async () => deliveries / (await cpuOf(raw, () => deliver(theirs, tellTheirs, sockets, batches))),
  );
  return [
    {
      row: 'fan-out',
      measured: { value: alternated.ours, unit: 'per CPU s' },
      beside: { value: alternated.ceiling, unit: 'by raw ws' },
      ratio: alternated.ratio,
      target: { atLeast: 0.5 },
      note: `${sockets} sockets on accountEvents, frames of ${payload.length} octets`,
      runs: alternated.runs,
    },
  ];
}

/** A subscription says nothing when it has begun, so events are made until everyone has had one. */
async function untilAllHear(platform: Platform, crowd: BenchProcess<Crowd>, sockets: number): Promise<void> {
  for (let tries = 0; (await crowd.ask.heard()) < sockets; tries++) {
    if (tries > 40) throw new Error(`${await crowd.ask.heard()} of ${sockets} subscribers hear anything`);
    await startPending(platform, 1);
    await delay(250);
  }
}

async function deliver(
  crowd: BenchProcess<Crowd>,
  tell: () => Promise<unknown>,
  sockets: number,
  batches: number,
): Promise<void> {
  let expected = await crowd.ask.received();
  for (let batch = 0; batch < batches; batch++) {
    await tell();
    expected += sockets * EVENTS_PER_BATCH;
    await crowd.ask.untilReceived(expected, TIMEOUT_MS);
  }
}

async function cpuOf(
  { ask }: BenchProcess<Pick<Probe, 'cpuSeconds'>>,
  work: () => Promise<void>,
): Promise<number> {
  const before = await ask.cpuSeconds();
  await work();
  return (await ask.cpuSeconds()) - before;
}
