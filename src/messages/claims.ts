import type { App } from '../platform.ts';
import { claimMessages, type ClaimedMessage } from './claim.ts';
import type { Links } from './plan.ts';

/** What a worker takes next of what is due: live messages by what carriers can take, tests beside them. */
export interface Claims {
  /** @param has what the worker has already: how many are ready to be sent, and how many it holds in all */
  next(has: { ready: number; held: number }): Promise<{ messages: ClaimedMessage[]; isFull: boolean }>;
  /** Nobody has said so, but something may be due. */
  poll(): void;
  /** Tests may be due. */
  expectTests(): void;
}

const LIMIT = 300;
const LIMIT_WITHOUT_CARRIER = 50;
/** Of tests: however many there are, a round of live messages waits for no more. */
const LIMIT_OF_TESTS = 100;
// What a worker holds at most; beyond this it would claim what another one could send.
export const MAX_HELD = 2_000;

export function createClaims(app: App, { carriers, sandbox }: Links): Claims {
  let polled = true;
  let testsDue = true;

  function liveLimit({ ready, held }: { ready: number; held: number }): number {
    const free = Math.min(LIMIT, MAX_HELD - held, carriers.freeWindow() - ready);
    // With no carrier ready, a few per poll: the ones whose time is up must still be ended.
    return free > 0 ? free : polled ? LIMIT_WITHOUT_CARRIER : 0;
  }

  return {
    async next(has) {
      const limit = liveLimit(has);
      const testLimit = testsDue ? Math.min(LIMIT_OF_TESTS, sandbox.freeWindow()) : 0;
      polled = false;
      if (testLimit > 0) testsDue = false;
      const now = app.clock();
      const [live, tests] = await Promise.all([
        limit > 0 ? claimMessages(app.sql, 'live', limit, now) : [],
        testLimit > 0 ? claimMessages(app.sql, 'test', testLimit, now) : [],
      ]);
      const moreTests = testLimit > 0 && tests.length === testLimit;
      if (moreTests) testsDue = true;
      return {
        messages: [...live, ...tests],
        isFull: (limit > 0 && live.length === limit) || moreTests,
      };
    },
    poll() {
      polled = true;
      testsDue = true;
    },
    expectTests() {
      testsDue = true;
    },
  };
}
