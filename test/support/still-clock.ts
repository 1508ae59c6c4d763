import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { uuidOf } from '../../src/ids.ts';
import { LEASE_MS } from '../../src/messages/claim.ts';
import { until } from './until.ts';

/** A clock that stands still until a test lets time pass: nothing is late because the machine is busy. */
export interface StillClock {
  at: number;
  now: () => number;
}

export function createStillClock(): StillClock {
  const clock = { at: Date.now(), now: () => clock.at };
  return clock;
}

/**
 * Lets time pass, and everything be done that is due by then: what has to be sent once more is so, by a carrier
 * that reports at once.
 */
export async function pass(
  app: RunningApp,
  { accountId }: Principal,
  clock: StillClock,
  ms: number,
): Promise<void> {
  const account = uuidOf(accountId);
  const due = await app.sql<{ id: string }[]>`
    SELECT id FROM messages WHERE account_id = ${account} AND due_at <= ${new Date(clock.at + ms)}`;
  clock.at += ms;
  app.dispatcher!.wake();
  if (due.length === 0) return;
  // Not by its lease alone.
  const done = async () => {
    const [row] = await app.sql<{ open: number }[]>`
      SELECT (SELECT count(*) FROM messages WHERE account_id = ${account}
          AND id = ANY(${due.map(({ id }) => id)}) AND due_at <= ${new Date(clock.at + LEASE_MS)})::int
        + (SELECT count(*) FROM attempts WHERE account_id = ${account}
          AND is_late AND status IN ('submitting', 'submitted'))::int AS open`;
    return row!.open === 0;
  };
  await until(done, { what: 'nothing is due', everyMs: 5 });
}
