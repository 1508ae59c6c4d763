import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  timeoutMs?: number;
  everyMs?: number;
  /** Goes into the error of a condition that never came true. */
  what?: string;
}

/**
 * Polls a condition until it gives something truthy, and returns that. What it throws counts as "not yet".
 * @throws {Error} at the deadline, with the condition's last error as its cause
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 60_000, everyMs = 20, what = 'The condition' }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= deadline)
      throw new Error(`${what} did not come true within ${timeoutMs} ms`, { cause });
    await delay(everyMs);
  }
}
