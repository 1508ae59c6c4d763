import type { Sql } from 'postgres';
import { refuseWhileHolding } from './holding.ts';

/**
 * Connections for transactions: each carries one at a time, from its BEGIN to its COMMIT, so that
 * nothing has to be waited for in between to know which connection it is.
 */
export interface Lanes {
  /** Runs with a connection of its own, as soon as one is free. */
  run<T>(work: (lane: Sql) => Promise<T>): Promise<T>;
}

/** @param connections clients of one connection each */
export function createLanes(connections: readonly Sql[]): Lanes {
  // The last one that was used goes first: under little load the others may fall asleep.
  const free = [...connections];
  const waiting: ((lane: Sql) => void)[] = [];
  return {
    async run(work) {
      refuseWhileHolding('a lane');
      const lane = free.pop() ?? (await new Promise<Sql>((resolve) => waiting.push(resolve)));
      try {
        return await work(lane);
      } finally {
        const next = waiting.shift();
        if (next) next(lane);
        else free.push(lane);
      }
    },
  };
}
