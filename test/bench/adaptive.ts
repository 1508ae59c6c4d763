import { measureSustained } from './delivery/sustained.ts';
import type { Ground } from './ground/ground.ts';
import { startApi, startOtpost } from './ground/otpost.ts';
import { addRoutes, createBenchAccount, createPlatform } from './ground/platform.ts';
import { startSimulator } from './ground/simulator.ts';
import { startLoad } from './load/load.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';

export const ROUTES = 50;

/** What learning costs a delivery: an account with fifty routes that learns, beside one with two by priority. */
export async function benchAdaptive(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await using simulator = await startSimulator(ground, platform);
  await addRoutes(platform, simulator.smppPort, 'normal');
  const learning = { ...platform, ...(await createBenchAccount(platform.app, 'adaptive')) };
  await addRoutes(learning, simulator.smppPort, 'normal', ROUTES);
  await using _worker = await startOtpost(ground, platform, { role: 'worker' });
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);

  const deliver = async (account: typeof platform) =>
    (await measureSustained(ground, account, api, load)).deliveredPerSecond;
  if (!ground.quick) await deliver(learning);
  const { ours, ceiling, ratio, runs } = await alternate(
    ground,
    'delivered/s',
    () => deliver(learning),
    () => deliver(platform),
  );
  return [
    {
      row: 'adaptive',
      measured: { value: ours, unit: 'delivered/s' },
      beside: { value: ceiling, unit: 'delivered/s by priority' },
      ratio,
      target: { atLeast: 0.9 },
      note: `${ROUTES} routes that are learned from, beside two that are not`,
      runs,
    },
  ];
}
