import type { Ground } from './ground/ground.ts';
import { startApi } from './ground/otpost.ts';
import { knownCode, startPending } from './ground/pending.ts';
import { createPlatform } from './ground/platform.ts';
import { CEILING, send, startBareYoga, startLoad } from './load/load.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';

/** How many right codes a second one API process checks; each check approves its verification. */
export async function benchCheck(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  const seconds = ground.quick ? 0.2 : 6;
  // A run ends when they are used up, after about five seconds.
  const perRun = ground.quick ? 300 : 25_000;

  async function check(count: number): Promise<number> {
    const codes = (await startPending(platform, count)).map((row) => knownCode(platform, row));
    return (await send(load, api, platform, { kind: 'check', codes }, seconds)).perSecond;
  }

  await using yoga = await startBareYoga(ground, load, seconds);
  await send(load, api, platform, CEILING, seconds / 2);
  await check(perRun / 2);
  const { ours, ceiling, ratio, ofBare, runs } = await alternate(
    ground,
    'checks/s',
    () => check(perRun),
    async () => (await send(load, api, platform, CEILING, seconds)).perSecond,
    yoga.measure,
  );
  return [
    {
      row: 'check',
      measured: { value: ours, unit: 'checks/s' },
      beside: { value: ceiling, unit: '__typename/s' },
      ratio,
      target: { atLeast: 0.6 },
      note: `right codes only; worker off; ${ofBare!.toFixed(2)} of a bare Yoga server's`,
      runs,
    },
  ];
}
