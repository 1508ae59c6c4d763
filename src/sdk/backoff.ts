const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/**
 * How long to wait before an attempt that follows so many vain ones: doubled each time, and drawn between half of
 * that and all, so that a thousand pages do not come back to a server that has just restarted in the same moment.
 * @param random uniform in [0, 1)
 */
export function waitMs(failures: number, random: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return whole * (0.5 + random / 2);
}

/** @throws the signal's reason when it is aborted */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
