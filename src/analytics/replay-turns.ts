import type { AccountId } from '../ids.ts';
import { ReplayBusy } from './errors.ts';

/** In one process. One of 100,000 attempts takes 150 MB and 4 s of a core, during which requests wait 10 ms longer. */
const AT_ONCE = 2;

/** Lets few replays run at a time, and of one account only one, so that nobody's wait for somebody else's. */
export function createReplayTurns() {
  const running = new Set<AccountId>();
  return {
    /** @throws {ReplayBusy} */
    async take<Result>(accountId: AccountId, replay: () => Promise<Result>): Promise<Result> {
      if (running.has(accountId) || running.size >= AT_ONCE) throw new ReplayBusy();
      running.add(accountId);
      try {
        return await replay();
      } finally {
        running.delete(accountId);
      }
    },
  };
}
