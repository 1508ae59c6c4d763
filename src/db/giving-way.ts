import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { driversOwn } from './drivers-own.ts';

export interface Patience {
  tries: number;
  /** Until the next one, while those who waited for us have their turn. */
  waitMs: () => number;
  /** Another SQLSTATE that a later try may be spared. */
  also?: string;
}

// lock_not_available (by lock_timeout), and deadlock_detected.
const LOCK_SQLSTATES = ['55P03', '40P01'];

/**
 * Changes tables that others have: where it does not get one, it gives way, and comes again.
 * @returns what the last try gave way by; undefined: it is done
 */
export async function givingWay(
  change: () => Promise<unknown>,
  { tries, waitMs, also }: Patience,
): Promise<unknown> {
  for (let left = tries; ;) {
    try {
      await change();
      return undefined;
    } catch (thrown) {
      const error = driversOwn(thrown);
      const code = error instanceof postgres.PostgresError ? error.code : undefined;
      if (code === undefined || !(LOCK_SQLSTATES.includes(code) || code === also)) throw thrown;
      left -= 1;
      if (left === 0) return thrown;
      await sleep(waitMs());
    }
  }
}
