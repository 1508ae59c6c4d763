import { AsyncLocalStorage } from 'node:async_hooks';
import type { DbTransaction, Tx } from '../../src/db/client.ts';
import type { App } from '../../src/platform.ts';
import { until } from './until.ts';

/** A transaction that a test holds while others go on: what it asks of the app meanwhile, somebody else asks. */
export function held<T>(app: Pick<App, 'sql'>, work: (tx: Tx) => Promise<T>): Promise<T> {
  const outside = AsyncLocalStorage.snapshot();
  return app.sql.begin((tx) => outside(work, tx)) as Promise<T>;
}

/** The same for Drizzle. */
export function heldDb<T>(app: Pick<App, 'db'>, work: (tx: DbTransaction) => Promise<T>): Promise<T> {
  const outside = AsyncLocalStorage.snapshot();
  return app.db.transaction((tx) => outside(work, tx));
}

/** How many wait for a lock of this database that another connection has. */
export async function countWaiting({ sql }: Pick<App, 'sql'>): Promise<number> {
  const rows = await sql`
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return rows.length;
}

export async function untilOneWaits(app: Pick<App, 'sql'>): Promise<void> {
  await until(async () => (await countWaiting(app)) > 0);
}
