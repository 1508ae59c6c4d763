import { createManyKeys } from './access/many-keys.ts';
import { openMeter } from './cpu/meter.ts';
import type { Ground } from './ground/ground.ts';
import { startApi } from './ground/otpost.ts';
import { createPlatform } from './ground/platform.ts';
import { CEILING, send, startLoad } from './load/load.ts';
import type { Requests } from './load/jobs.ts';
import { median } from './measure/percentile.ts';
import type { Outcome } from './measure/outcome.ts';

/** Of one turn, microseconds of CPU for a request, of the API, PostgreSQL and Redis. */
interface Turn {
  start: number;
  oneKey: number;
  known: number;
  cold: number;
}

/**
 * What it costs to tell who asks, when a hundred thousand keys of ten thousand accounts do: `{ __typename }` with
 * another key each time beside the same with one key, as a part of what a start costs.
 */
export async function benchAccess(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  const [accounts, keysEach] = ground.quick ? [200, 10] : [10_000, 10];
  const keys = await createManyKeys(platform.app, accounts, keysEach);
  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  await using meter = await openMeter(ground, platform, { API: api });
  const seconds = ground.quick ? 0.2 : 3;

  const spend = async (requests: Requests, apiKeys?: readonly string[]) => {
    let asked = 0;
    const as = { apiKey: platform.apiKey, ...(apiKeys && { apiKeys }) };
    const { micros } = await meter.spend(async () => {
      asked = (await send(load, api, as, requests, seconds)).accepted;
      return asked;
    });
    return { asked, micros: Object.values(micros).reduce((sum, one) => sum + (one || 0), 0) };
  };

  let next = 0;
  async function turn(): Promise<Turn> {
    const firstNumber = platform.numbers.take(1_000_000);
    const start = await spend({ kind: 'start', firstNumber });
    const oneKey = await spend(CEILING);
    // Keys that this process has not seen; those that it has are these again, before they are looked up anew.
    const ahead = [...keys.slice(next), ...keys.slice(0, next)];
    const cold = await spend(CEILING, ahead);
    const known = await spend(CEILING, ahead.slice(0, cold.asked));
    next = (next + cold.asked) % keys.length;
    const spent = { start, oneKey, known, cold };
    ground.say(
      Object.entries(spent)
        .map(([name, { micros }]) => `${name} ${micros.toFixed(0)} µs`)
        .join(', '),
    );
    return {
      ...{ start: start.micros, oneKey: oneKey.micros },
      ...{ known: known.micros, cold: cold.micros },
    };
  }

  if (!ground.quick) await turn();
  const runs: Turn[] = [];
  for (let i = 0; i < ground.turns; i++) runs.push(await turn());
  const medianOf = (read: (turn: Turn) => number) => median(runs.map(read));
  const outcome = (name: 'known' | 'cold', note: string): Omit<Outcome, 'target'> => ({
    row: `access: ${keys.length.toLocaleString('en')} keys, ${name}`,
    measured: { value: medianOf((one) => one[name] - one.oneKey), unit: 'µs more than one key' },
    beside: { value: medianOf(({ start }) => start), unit: 'µs per start' },
    ratio: medianOf((one) => (one[name] - one.oneKey) / one.start),
    note,
    runs,
  });
  return [
    {
      ...outcome('known', 'each request with another key, seen in the last half minute'),
      target: { atMost: 0.05 },
    },
    outcome('cold', 'each request with another key, not seen before: once in half a minute and key'),
  ];
}
