import type { DbTransaction, Tx } from '../../src/db/client.ts';
import { apart } from '../../src/db/holding.ts';
import type { App } from '../../src/platform.ts';
import { until } from './until.ts';

/** A transaction that a test holds while others go on: what it asks of the app meanwhile, somebody else asks. */
export function held<T>(app: Pick<App, 'sql'>, work: (tx: Tx) => Promise<T>): Promise<T> {
  return app.sql.begin((tx) => apart(() => work(tx))) as Promise<T>;
}

/** The same for Drizzle. */
export function heldDb<T>(app: Pick<App, 'db'>, work: (tx: DbTransaction) => Promise<T>): Promise<T> {
  return app.db.transaction((tx) => apart(() => work(tx)));
}

/** Until so many wait for a lock of this database that another connection has. */
export async function untilWaiting({ sql }: Pick<App, 'sql'>, count = 1): Promise<void> {
  await until(async () => {
    const rows = await sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return rows.length >= count;
  });
}
