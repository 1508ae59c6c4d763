import type { Ground } from '../ground/ground.ts';
import type { OtpostProcess } from '../ground/otpost.ts';
import type { Platform } from '../ground/platform.ts';
import type { BenchProcess } from '../ground/processes.ts';
import type { BareYoga } from './bare-yoga.ts';
import type { LoadGenerator } from './generator.ts';
import type { LoadJob, LoadResult, Pace, Requests } from './jobs.ts';

/** As many as the tables of the design were measured with. */
const CONNECTIONS = 64;

export type Load = BenchProcess<LoadGenerator>;

export function startLoad(ground: Ground): Promise<Load> {
  return ground.processes.start<LoadGenerator>({ entry: 'test/bench/load/generator.ts' });
}

/**
 * Sends requests to an API for some seconds.
 * @throws {Error} when one of them was answered with anything else than what it asked for
 */
export async function send(
  load: Load,
  { url }: Pick<OtpostProcess, 'url'>,
  { apiKey, apiKeys }: Pick<Platform, 'apiKey'> & Pick<LoadJob, 'apiKeys'>,
  requests: Requests,
  seconds: number,
  pace: Pace = { kind: 'closed' },
): Promise<LoadResult> {
  const job = { url, apiKey, connections: CONNECTIONS, requests, pace, seconds };
  const result = await load.ask.run({ ...job, ...(apiKeys && { apiKeys }) });
  if (result.refused > 0)
    throw new Error(
      `${result.refused} of ${result.accepted + result.refused} ${requests.kind} requests failed: ${result.firstRefusal}`,
    );
  return result;
}

/** How often a second Yoga by itself answers the same, from its own process. */
export async function startBareYoga(ground: Ground, load: Load, seconds: number) {
  const yoga = await ground.processes.start<BareYoga>({ entry: 'test/bench/load/bare-yoga.ts' });
  const url = await yoga.ask.listen();
  const measure = async () => (await send(load, { url }, { apiKey: '' }, CEILING, seconds)).perSecond;
  await measure();
  return Object.assign(yoga, { measure });
}

/** `{ __typename }`: what the API does a second when it has nothing to do. */
export const CEILING: Requests = { kind: 'typename' };
