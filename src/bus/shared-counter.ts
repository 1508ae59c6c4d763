import { RateLimiterMemory } from 'rate-limiter-flexible';

/** What a count has come to. */
export interface Count {
  total: number;
  /** Until it begins afresh. Milliseconds. */
  endsInMs: number;
}

/** Counts that all processes share, each over a span of time that begins with its first unit. */
export interface SharedCounter {
  /**
   * Adds to a count, and says what it has come to. Never rejects: while the others cannot be reached, each
   * process counts by itself.
   */
  add(name: string, units: number, seconds: number): Promise<Count>;
  close(): void;
}

/** The counts of a single process. */
export function createMemoryCounter(): SharedCounter {
  const limiters = createLimiters((duration) => new RateLimiterMemory({ points: 0, duration }));
  return {
    async add(name, units, seconds) {
      const { consumedPoints, msBeforeNext } = await limiters(seconds).penalty(name, units);
      return { total: consumedPoints, endsInMs: msBeforeNext };
    },
    close: () => {},
  };
}

/** One limiter for each length of time: that is how they are made. */
export function createLimiters<Limiter>(create: (seconds: number) => Limiter): (seconds: number) => Limiter {
  const bySeconds = new Map<number, Limiter>();
  return (seconds) => {
    let limiter = bySeconds.get(seconds);
    if (!limiter) bySeconds.set(seconds, (limiter = create(seconds)));
    return limiter;
  };
}
