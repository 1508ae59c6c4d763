import type { Sql } from 'postgres';
import { refuseWhileHolding, whileHolding } from './holding.ts';
import { isConnectionGone } from './outage.ts';

type Work = (tx: never) => unknown;

/**
 * Transactions of the driver's own, as Drizzle begins them. What fails with its connection must not come back to the
 * driver: it would send a ROLLBACK on that, which ends the process, as its socket is no more (postgres 3.4.9: "Cannot
 * read properties of null (reading 'write')"). That the connection is gone rejects the transaction by itself.
 */
export function beginSafely(client: Sql): Sql {
  const begin = client.begin.bind(client) as (...args: unknown[]) => Promise<unknown>;
  const left = new Promise<never>(() => {});
  const guarded = (work: Work) => async (tx: never) => {
    try {
      return await whileHolding(() => work(tx));
    } catch (error) {
      if (isConnectionGone(error)) return left;
      throw error;
    }
  };
  return Object.assign(client, {
    begin: async (...args: unknown[]) => {
      refuseWhileHolding('begin');
      return begin(...args.slice(0, -1), guarded(args.at(-1) as Work));
    },
  });
}
