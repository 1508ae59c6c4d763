import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres, { type ISql, type Sql } from 'postgres';
import { relations } from './relations.ts';

/** Queries built by Drizzle: everything that is not hot, and the GraphQL reads. */
export type Db = PostgresJsDatabase<typeof relations>;
/** The driver itself: hot statements are written by hand, take whole batches, and are prepared once. */
export type { Sql };
export type Tx = ISql;

export interface Database {
  db: Db;
  sql: Sql;
  close(): Promise<void>;
}

/** The type `uuid` in `pg_type`. */
const PG_UUID = 2950;
const withoutPrefix = (id: string): string => id.slice(id.indexOf('_') + 1);

/**
 * A hot statement is planned once per connection and kept, and the first ones meet empty tables, for
 * which reading them whole is right. That plan then stays while they grow: 400 µs of the database
 * per start instead of 148. Every hot statement finds its rows by an index.
 */
const BY_INDEX = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' };

/**
 * @param url a PostgreSQL connection string (15 or newer)
 * @param options.poolSize connections in all
 */
export function connect(url: string, options: { poolSize: number }): Database {
  const open = (max: number, planner: Record<string, string>): Sql =>
    postgres(url, {
      max,
      idle_timeout: 60,
      connect_timeout: 10,
      // Seconds until the next try: the driver's own wait grows to 20 s, and every query waits with it.
      backoff: (tries: number) => Math.min(1, 0.05 * 2 ** tries),
      onnotice: () => {},
      connection: { application_name: 'otpost', ...planner },
      // Where Drizzle does not know that a parameter is an id (a pair of columns in a list of pairs), it
      // hands over the prefixed id as it is; the prefix stays on this side.
      types: { id: { to: PG_UUID, from: [], serialize: withoutPrefix, parse: withoutPrefix } },
    });
  // Two pools, because Drizzle takes its client's parsers and serializers over: on that client dates are texts.
  const forReads = Math.max(1, Math.floor(options.poolSize / 2));
  const sql = open(Math.max(1, options.poolSize - forReads), BY_INDEX);
  const client = open(forReads, {});
  return {
    sql,
    db: drizzle({ client, relations }),
    close: async () => {
      await Promise.all([sql.end({ timeout: 5 }), client.end({ timeout: 5 })]);
    },
  };
}
