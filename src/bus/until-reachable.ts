import { setTimeout as delay } from 'node:timers/promises';
import type { Bus } from './bus.ts';

const START_MS = 5_000;

/** Redis may go away while we run; at the start its absence is a mistake to hear of. @throws {Error} in one line */
export async function untilReachable(bus: Bus, url: string): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (!(await bus.ready())) {
    if (performance.now() > deadline) {
      const check = url.startsWith('rediss:') ? 'REDIS_URL and REDIS_CA_FILE' : 'REDIS_URL';
      throw new Error(
        `Redis does not answer at ${new URL(url).host}${reason(bus)}. Check ${check}, and that the server runs.`,
      );
    }
    await delay(100);
  }
}

function reason(bus: Bus): string {
  const problem = bus
    .problem?.()
    ?.replaceAll(/\s+/g, ' ')
    .replace(/[.;: ]+$/, '');
  return problem ? ` (${problem})` : '';
}
