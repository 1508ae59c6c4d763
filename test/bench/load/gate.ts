import type { Pace } from './jobs.ts';

/** Holds requests back until their pace lets them go. */
export interface Gate {
  /** Undefined: at once. */
  pass(): Promise<void> | undefined;
  /** How many may go from now on, those forgotten that were allowed before. */
  allow(count: number): void;
  /** Lets everyone through. */
  open(): void;
}

const TICK_MS = 5;
/** A generator that was held up catches up with no more than this at once. */
const MAX_BURST_MS = 100;

export function createGate(pace: Pace): Gate {
  let allowed = pace.kind === 'closed' ? Infinity : 0;
  let waiting: (() => void)[] = [];

  function release(): void {
    while (allowed >= 1 && waiting.length > 0) {
      allowed -= 1;
      waiting.shift()!();
    }
  }

  let timer: NodeJS.Timeout | undefined;
  if (pace.kind === 'steady') {
    let last = performance.now();
    timer = setInterval(() => {
      const now = performance.now();
      allowed = Math.min(
        allowed + (pace.perSecond * (now - last)) / 1_000,
        (pace.perSecond * MAX_BURST_MS) / 1_000,
      );
      last = now;
      release();
    }, TICK_MS);
  }

  return {
    pass() {
      if (allowed >= 1) {
        allowed -= 1;
        return undefined;
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    allow(count) {
      allowed = count;
      release();
    },
    open() {
      clearInterval(timer);
      allowed = Infinity;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}
