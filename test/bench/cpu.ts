import { ROUTES } from './adaptive.ts';
import { deliver } from './cpu/deliver.ts';
import { openMeter, type Spent } from './cpu/meter.ts';
import type { Ground } from './ground/ground.ts';
import { startApi, startOtpost } from './ground/otpost.ts';
import { knownCode, startPending } from './ground/pending.ts';
import { addRoutes, createBenchAccount, createPlatform, type Platform } from './ground/platform.ts';
import { startSimulator } from './ground/simulator.ts';
import { CEILING, send, startLoad } from './load/load.ts';
import type { Requests } from './load/jobs.ts';
import { median } from './measure/percentile.ts';
import type { Outcome } from './measure/outcome.ts';

/** What one request, and one message delivered, costs each process: also on a machine that others use, too. */
export async function benchCpu(ground: Ground): Promise<Outcome[]> {
  return [...(await costOfRequests(ground)), ...(await costOfDelivery(ground))];
}

async function costOfRequests(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  await using meter = await openMeter(ground, platform, { API: api, load });
  const seconds = ground.quick ? 0.2 : 3;
  const codes = async () =>
    (await startPending(platform, ground.quick ? 300 : 10_000)).map((row) => knownCode(platform, row));
  const kinds: Record<string, () => Promise<Requests>> = {
    __typename: async () => CEILING,
    start: async () => ({ kind: 'start', firstNumber: platform.numbers.take(1_000_000) }),
    check: async () => ({ kind: 'check', codes: await codes() }),
  };
  return await measure(ground, kinds, async (requests) => {
    const wanted = await requests();
    return meter.spend(async () => (await send(load, api, platform, wanted, seconds)).accepted);
  });
}

async function costOfDelivery(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await using simulator = await startSimulator(ground, platform);
  await addRoutes(platform, simulator.smppPort, 'normal');
  const learning = { ...platform, ...(await createBenchAccount(platform.app, 'adaptive')) };
  await addRoutes(learning, simulator.smppPort, 'normal', ROUTES);
  await using worker = await startOtpost(ground, platform, { role: 'worker' });
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  await using meter = await openMeter(ground, platform, { API: api, worker, simulator, load });
  const seconds = ground.quick ? 0.4 : 5;
  const kinds: Record<string, Platform> = { delivery: platform, 'delivery, adaptive': learning };
  return await measure(ground, kinds, async (account) =>
    meter.spend(() => deliver(account, api, load, seconds)),
  );
}

/** Every kind once for the code to get warm, then in turn. */
async function measure<Kind>(
  ground: Ground,
  kinds: Readonly<Record<string, Kind>>,
  spend: (kind: Kind) => Promise<Spent>,
): Promise<Outcome[]> {
  const runs = new Map<string, Spent[]>(Object.keys(kinds).map((name) => [name, []]));
  for (let turn = ground.quick ? 1 : 0; turn <= ground.turns; turn++)
    for (const [name, kind] of Object.entries(kinds)) {
      const spent = await spend(kind);
      if (turn > 0) runs.get(name)!.push(spent);
      ground.say(`${name}: ${describe([spent])}`);
    }
  return [...runs].map(([name, spent]) => ({
    row: `cpu: ${name}`,
    measured: { value: median(spent.map(({ micros }) => sum(Object.values(micros)))), unit: 'µs' },
    note: describe(spent),
    runs: spent,
  }));
}

function describe(runs: readonly Spent[]): string {
  const medianOf = (read: (spent: Spent) => Readonly<Record<string, number>>, unit: string) =>
    Object.keys(read(runs[0]!))
      .map((name) => `${name} ${median(runs.map((run) => read(run)[name]!)).toFixed(0)}${unit}`)
      .join(', ');
  return [
    medianOf(({ micros }) => micros, ''),
    `GC ${medianOf(({ gcMicros }) => gcMicros, '')}`,
    `allocated ${medianOf(({ kilobytes }) => kilobytes, ' KB')}`,
  ].join('; ');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), 0);
}
