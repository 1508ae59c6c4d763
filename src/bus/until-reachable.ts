import { setTimeout as delay } from 'node:timers/promises';
import { certificateWords } from '../outgoing/certificate.ts';
import type { Bus } from './bus.ts';

const START_MS = 5_000;
const OLDEST_SERVER = 7;

/** Redis may go away while we run; at the start its absence is a mistake to hear of. @throws {Error} in one line */
export async function untilReachable(bus: Bus, url: string): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await bus.ready())) {
    if (performance.now() > deadline) {
      const check = url.startsWith('rediss:') ? 'REDIS_URL and REDIS_CA_FILE' : 'REDIS_URL';
      throw new Error(
        `Redis does not answer at ${new URL(url).host}${reason(bus)}. Check ${check}, and that a Redis runs there.`,
      );
    }
    await delay(100);
  }
  const version = await bus.version?.();
  if (version !== undefined && isTooOld(version))
    throw new Error(
      `Redis ${version} at ${new URL(url).host} is too old: Otpost needs ${OLDEST_SERVER} or newer.`,
    );
}

export function isTooOld(version: string): boolean {
  return Number.parseInt(version, 10) < OLDEST_SERVER;
}

function reason(bus: Bus): string {
  const problem = certificateWords(bus.problem?.() ?? '')
    .replaceAll(/\s+/g, ' ')
    .replace(/[.;: ]+$/, '');
  return problem ? ` (${problem})` : '';
}
