import type { Ground } from './ground/ground.ts';
import { startApi, type OtpostProcess } from './ground/otpost.ts';
import { startPending } from './ground/pending.ts';
import { createPlatform, type Platform } from './ground/platform.ts';
import type { BenchProcess } from './ground/processes.ts';
import type { Memory } from './ground/usage.ts';
import type { Outcome } from './measure/outcome.ts';
import { median } from './measure/percentile.ts';
import type { Crowd } from './subscribers/crowd.ts';
import { startCrowd, startRawServer } from './subscribers/start.ts';

const QUERY = `subscription Watch($id: ID!) {
  verificationEvents(verificationId: $id) { __typename cursor verification { id status } }
}`;
// Both of a start: everyone has had its first event, and the second one.
const EVENTS_EACH = 2;
const TIMEOUT_MS = 60_000;

/** What an API process keeps in memory for a subscriber to whom nothing happens. */
export async function benchSocket(ground: Ground): Promise<Outcome[]> {
  const sockets = ground.quick ? 200 : 5_000;
  const runs: { ours: Memory; raw: Memory }[] = [];
  for (let turn = 0; turn < ground.turns; turn++) {
    // Fresh processes each time: one that has held 5,000 before has the memory for them already.
    const ours = await measureOurs(ground, sockets);
    const raw = await measureRaw(ground, sockets);
    ground.say(`${describe(ours)}; raw ws ${describe(raw)}`);
    runs.push({ ours, raw });
  }
  return [
    {
      row: 'socket',
      measured: { value: median(runs.map((run) => run.ours.resident)), unit: 'KB' },
      beside: { value: median(runs.map((run) => run.raw.resident)), unit: 'KB by raw ws' },
      target: { atMost: 30 },
      note: `${sockets} idle sockets, each on verificationEvents of its own`,
      runs,
    },
  ];
}

async function measureOurs(ground: Ground, sockets: number): Promise<Memory> {
  await using platform = await createPlatform(ground);
  await using api = await startApi(ground, platform);
  await using crowd = await startCrowd(ground);
  // What the code itself takes once it has run does not count.
  await watch(platform, api, crowd, Math.ceil(sockets / 50));
  await crowd.ask.leave();
  const before = await api.ask.settledMemory();
  await watch(platform, api, crowd, sockets);
  return perSocket(before, await api.ask.settledMemory(), sockets);
}

async function watch(
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

async function measureRaw(ground: Ground, sockets: number): Promise<Memory> {
  await using raw = await startRawServer(ground);
  await using crowd = await startCrowd(ground);
  const url = await raw.ask.listen();
  const subscriptions = Array.from({ length: sockets }, () => ({ query: QUERY, variables: {} }));
  await crowd.ask.join(url, '', subscriptions.slice(0, Math.ceil(sockets / 50)));
  await crowd.ask.leave();
  const before = await raw.ask.settledMemory();
  await crowd.ask.join(url, '', subscriptions);
  return perSocket(before, await raw.ask.settledMemory(), sockets);
}

/** KB, as all of this row. */
function perSocket(before: Memory, after: Memory, sockets: number): Memory {
  const kilobytes = (name: keyof Memory) => (after[name] - before[name]) / sockets / 1_024;
  return { resident: kilobytes('resident'), heap: kilobytes('heap'), external: kilobytes('external') };
}

function describe({ resident, heap, external }: Memory): string {
  return `${resident.toFixed(1)} KB (heap ${heap.toFixed(1)}, external ${external.toFixed(1)})`;
}
