import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sql } from 'postgres';
import { driversOwn } from './drivers-own.ts';

const holders = new AsyncLocalStorage<{ holds: boolean }>();

/**
 * Runs with a connection that the caller has taken from a pool, and may have rows locked with. Whatever the work asks
 * of the database goes over that one: see `refuseWhileHolding`.
 */
export async function whileHolding<T>(work: () => T | Promise<T>): Promise<T> {
  const holder = { holds: true };
  try {
    return await holders.run(holder, work);
  } finally {
    // What the work began and did not wait for goes on without it.
    holder.holds = false;
  }
}

/**
 * Who holds one connection and waits for another waits for ever once all of a pool's connections are with those who
 * wait for what it has locked: a factor that was renamed, and two more requests that wanted its row, stopped a whole
 * process. It took 35,000 requests to happen, so that it is refused each time.
 * @throws {Error} that `isSecondConnection` knows
 */
export function refuseWhileHolding(what: string): void {
  if (holders.getStore()?.holds) throw new SecondConnection(what);
}

/** A mistake of ours, whatever input it happened with: nobody may go on as if it were that. */
export function isSecondConnection(thrown: unknown): boolean {
  return driversOwn(thrown) instanceof SecondConnection;
}

class SecondConnection extends Error {
  constructor(what: string) {
    super(`Within a transaction, and not by its connection: ${what.trim().slice(0, 200)}`);
  }
}

/**
 * A pool that refuses statements of its own to whoever holds a connection, and so fragments in their statements, which
 * are made by the transaction's own.
 */
export function refusingSecond(pool: Sql): Sql {
  const refusing: Partial<Sql> = {
    unsafe(query, ...rest) {
      refuseWhileHolding(query);
      return pool.unsafe(query, ...rest);
    },
    file(path: string, ...rest: never[]) {
      refuseWhileHolding(path);
      return pool.file(path, ...rest);
    },
    async reserve() {
      refuseWhileHolding('a connection of its own');
      return pool.reserve();
    },
  };
  return new Proxy(pool, {
    apply(target, self, args: [unknown, ...unknown[]]) {
      const [first] = args;
      if (Array.isArray(first) && 'raw' in first) refuseWhileHolding(first.join('…'));
      return Reflect.apply(target, self, args) as unknown;
    },
    get: (target, name): unknown => Reflect.get(name in refusing ? refusing : target, name),
  });
}
