import type { Ground } from './ground/ground.ts';
import { startApi, type OtpostProcess } from './ground/otpost.ts';
import { startPending } from './ground/pending.ts';
import { createPlatform, type Platform } from './ground/platform.ts';
import type { BenchProcess } from './ground/processes.ts';
import type { Outcome } from './measure/outcome.ts';
import { median } from './measure/percentile.ts';
import type { Crowd } from './subscribers/crowd.ts';

const QUERY = `subscription Watch($id: ID!) {
  verificationEvents(verificationId: $id) { __typename cursor verification { id status } }
}`;
// Both of a start: everyone has had its first event, and the second one.
const EVENTS_EACH = 2;
const TIMEOUT_MS = 60_000;

/** What an API process keeps in memory for a subscriber to whom nothing happens. */
export async function benchSocket(ground: Ground): Promise<Outcome[]> {
  const sockets = ground.quick ? 200 : 5_000;
  const runs: { kilobytes: number; before: number; after: number }[] = [];
  for (let turn = 0; turn < ground.turns; turn++) {
    // A fresh process each time: one that has held 5,000 before has the memory for them already.
    const { before, after } = await measure(ground, sockets);
    const kilobytes = (after - before) / sockets / 1_024;
    ground.say(`${kilobytes.toFixed(1)} KB each: ${megabytes(before)} → ${megabytes(after)}`);
    runs.push({ kilobytes, before, after });
  }
  return [
    {
      row: 'socket',
      measured: { value: median(runs.map((run) => run.kilobytes)), unit: 'KB' },
      target: { atMost: 30 },
      note: `${sockets} idle sockets, each on verificationEvents of its own`,
      runs,
    },
  ];
}

async function measure(ground: Ground, sockets: number): Promise<{ before: number; after: number }> {
  await using platform = await createPlatform(ground);
  await using api = await startApi(ground, platform);
  await using crowd = await ground.processes.start<Crowd>({ entry: 'test/bench/subscribers/crowd.ts' });
  // What the code itself takes once it has run does not count.
  await join(platform, api, crowd, Math.ceil(sockets / 50));
  await crowd.ask.leave();
  const before = await api.ask.residentBytes();
  await join(platform, api, crowd, sockets);
  const after = await api.ask.residentBytes();
  return { before, after };
}

async function join(
  platform: Platform,
  api: OtpostProcess,
  crowd: BenchProcess<Crowd>,
  sockets: number,
): Promise<void> {
  const rows = await startPending(platform, sockets);
  const expected = (await crowd.ask.received()) + EVENTS_EACH * sockets;
  const subscriptions = rows.map((row) => ({ query: QUERY, variables: { id: row.id } }));
  await crowd.ask.join(api.url, platform.apiKey, subscriptions);
  await crowd.ask.untilReceived(expected, TIMEOUT_MS);
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MB`;
}
