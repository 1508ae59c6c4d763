import type { Ground } from './ground/ground.ts';
import { startApi } from './ground/otpost.ts';
import { createPlatform } from './ground/platform.ts';
import { CEILING, send, startBareYoga, startLoad } from './load/load.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';

// More than any run can use up.
const NUMBERS_PER_RUN = 1_000_000;
// V8 goes on compiling for the first twenty thousand starts: on a slow machine (1,400/s) the API's part of one fell from
// 719 µs after three seconds to 500 after fifteen. A bare server has its twenty thousand answers in six.
const WARM_UP_SECONDS = 15;

/** How many starts a second one API process accepts. No worker: what is started stays queued. */
export async function benchStart(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  const seconds = ground.quick ? 0.2 : 6;
  const starts = () => ({ kind: 'start', firstNumber: platform.numbers.take(NUMBERS_PER_RUN) }) as const;

  await using yoga = await startBareYoga(ground, load, seconds);
  await send(load, api, platform, CEILING, seconds / 2);
  await send(load, api, platform, starts(), ground.quick ? seconds : WARM_UP_SECONDS);
  const { ours, ceiling, ratio, ofBare, runs } = await alternate(
    ground,
    'starts/s',
    async () => (await send(load, api, platform, starts(), seconds)).perSecond,
    async () => (await send(load, api, platform, CEILING, seconds)).perSecond,
    yoga.measure,
  );
  return [
    {
      row: 'start',
      measured: { value: ours, unit: 'starts/s' },
      beside: { value: ceiling, unit: '__typename/s' },
      ratio,
      target: { atLeast: 0.6 },
      note: `keys with scopes, limits, encryption, audit and events on; worker off; ${ofBare!.toFixed(2)} of a bare Yoga server's`,
      runs,
    },
  ];
}
