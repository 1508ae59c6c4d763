import { measureSustained, type Sustained } from './delivery/sustained.ts';
import type { Ground } from './ground/ground.ts';
import { startApi, startOtpost } from './ground/otpost.ts';
import { addRoutes, createPlatform } from './ground/platform.ts';
import { startSimulator } from './ground/simulator.ts';
import { CEILING, send, startBareYoga, startLoad } from './load/load.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';

/** How many messages a second go all the way: API, worker, carrier and receipt, each in its own process. */
export async function benchDelivery(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await using simulator = await startSimulator(ground, platform);
  await addRoutes(platform, simulator.smppPort, 'normal');
  await using _worker = await startOtpost(ground, platform, { role: 'worker' });
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  const seconds = ground.quick ? 0.2 : 6;

  await using yoga = await startBareYoga(ground, load, seconds);
  await send(load, api, platform, CEILING, seconds / 2);
  const details: Sustained[] = [];
  const { ours, ceiling, ratio, ofBare, runs } = await alternate(
    ground,
    'delivered/s',
    async () => {
      const sustained = await measureSustained(ground, platform, api, load);
      details.push(sustained);
      ground.say(
        `started ${Math.round(sustained.startedPerSecond)}/s, from start to receipt ` +
          `p50 ${Math.round(sustained.p50Ms)} ms, p99 ${Math.round(sustained.p99Ms)} ms`,
      );
      return sustained.deliveredPerSecond;
    },
    async () => (await send(load, api, platform, CEILING, seconds)).perSecond,
    yoga.measure,
  );
  return [
    {
      row: 'delivery',
      measured: { value: ours, unit: 'delivered/s' },
      beside: { value: ceiling, unit: '__typename/s' },
      ratio,
      target: { atLeast: 0.4 },
      note: `two carriers of profile normal, receipts after 0.1–0.5 s; ${ofBare!.toFixed(2)} of a bare Yoga server's`,
      runs: runs.map((run, i) => ({ ...run, ...details[i] })),
    },
  ];
}
