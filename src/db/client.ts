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
 * @param url a PostgreSQL connection string (15 or newer)
 * @param options.poolSize connections in all
 */
export function connect(url: string, options: { poolSize: number }): Database {
  const open = (max: number): Sql =>
    postgres(url, {
      max,
      idle_timeout: 60,
      connect_timeout: 10,
      onnotice: () => {},
      connection: { application_name: 'otpost' },
      // Where Drizzle does not know that a parameter is an id (a pair of columns in a list of pairs), it
      // hands over the prefixed id as it is; the prefix stays on this side.
      types: { id: { to: PG_UUID, from: [], serialize: withoutPrefix, parse: withoutPrefix } },
    });
  // Two pools, because Drizzle takes its client's parsers and serializers over: on that client dates are texts.
  const forReads = Math.max(1, Math.floor(options.poolSize / 2));
  const sql = open(Math.max(1, options.poolSize - forReads));
  const client = open(forReads);
  return {
    sql,
    db: drizzle({ client, relations }),
    close: async () => {
      await Promise.all([sql.end({ timeout: 5 }), client.end({ timeout: 5 })]);
    },
  };
}
