import { ADVISORY_LOCKS } from '../../db/advisory-locks.ts';
import type { Lanes } from '../../db/lanes.ts';

// An idle connection is closed after a minute, and the lock goes with it.
const STILL_HERE_MS = 20_000;

/**
 * One rotation at a time; the lock goes with its connection, however the process ends. Should the connection
 * be lost meanwhile: two at once would do the same work, and no harm.
 * @throws {Error} in one line, when there is one under way
 */
export function withRotationLock<T>(lanes: Lanes, work: () => Promise<T>): Promise<T> {
  return lanes.run(async (lane) => {
    const [row] = await lane<
      { locked: boolean }[]
    >`SELECT pg_try_advisory_lock(${ADVISORY_LOCKS.keyRotation}) AS locked`;
    if (!row!.locked) throw new Error('Another rotation of keys is under way. Wait for its end.');
    const timer = setInterval(() => void lane`SELECT 1`.catch(() => {}), STILL_HERE_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      await lane`SELECT pg_advisory_unlock(${ADVISORY_LOCKS.keyRotation})`;
    }
  });
}
