import { sidOf } from '../../src/rest/twilio/sids.ts';
import { openMeter } from './cpu/meter.ts';
import type { Ground } from './ground/ground.ts';
import { startApi } from './ground/otpost.ts';
import { createPlatform } from './ground/platform.ts';
import { send, startLoad } from './load/load.ts';
import type { Requests } from './load/jobs.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';
import { median } from './measure/percentile.ts';

// More than any run can use up.
const NUMBERS_PER_RUN = 1_000_000;

interface Door {
  requests: () => Requests;
  /** What each start of a run cost the API: microseconds of CPU, all threads. */
  micros: number[];
}

/**
 * How many starts a second one API process accepts over REST, and from clients of Twilio, beside those over GraphQL.
 * No worker: what is started stays queued.
 */
export async function benchDoors(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  await using meter = await openMeter(ground, platform, { API: api });
  const seconds = ground.quick ? 0.2 : 6;
  const { who, serviceId } = platform;
  const sids = { accountSid: sidOf(who.accountId), serviceSid: sidOf(serviceId) };
  const firstNumber = () => platform.numbers.take(NUMBERS_PER_RUN);
  const graphql = (): Door => ({
    requests: () => ({ kind: 'start', firstNumber: firstNumber() }),
    micros: [],
  });
  const rest: Door = { requests: () => ({ kind: 'rest start', firstNumber: firstNumber() }), micros: [] };
  const dropIn: Door = {
    requests: () => ({ kind: 'drop-in start', firstNumber: firstNumber(), ...sids }),
    micros: [],
  };

  for (const { requests } of [graphql(), rest, dropIn])
    await send(load, api, platform, requests(), seconds / 2);

  async function run({ requests, micros }: Door): Promise<number> {
    let perSecond = 0;
    const spent = await meter.spend(async () => {
      const result = await send(load, api, platform, requests(), seconds);
      perSecond = result.perSecond;
      return result.accepted;
    });
    micros.push(spent.micros['API']!);
    return perSecond;
  }

  async function measure(door: Door, name: string): Promise<Omit<Outcome, 'row' | 'target'>> {
    const front = graphql();
    const { ours, ceiling, ratio, runs } = await alternate(
      ground,
      `${name} starts/s`,
      () => run(door),
      () => run(front),
    );
    const cpu = [door, front].map(({ micros }) => Math.round(median(micros)));
    return {
      measured: { value: ours, unit: 'starts/s' },
      beside: { value: ceiling, unit: 'GraphQL starts/s' },
      ratio,
      note: `${cpu.join(' beside ')} µs of the API's CPU; worker off`,
      runs: runs.map((pair, i) => ({ ...pair, micros: door.micros[i], graphqlMicros: front.micros[i] })),
    };
  }

  return [
    { row: 'doors: REST', ...(await measure(rest, 'REST')), target: { atLeast: 1 } },
    { row: 'doors: drop-in', ...(await measure(dropIn, 'drop-in')), target: { atLeast: 0.8 } },
  ];
}
