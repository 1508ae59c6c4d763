import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres, { type Sql, type TransactionSql } from 'postgres';
import { relations } from './relations.ts';

/** Queries built by Drizzle: everything that is not hot, and the GraphQL reads. */
export type Db = PostgresJsDatabase<typeof relations>;
/** The driver itself: hot statements are written by hand, take whole batches, and are prepared once. */
export type { Sql };
export type Tx = TransactionSql;

export interface Database {
  db: Db;
  sql: Sql;
  close(): Promise<void>;
}

/** @param url a PostgreSQL connection string (15 or newer) */
export function connect(url: string, options: { poolSize: number }): Database {
  const sql = postgres(url, {
    max: options.poolSize,
    idle_timeout: 60,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: 'otpost' },
  });
  return { sql, db: drizzle({ client: sql, relations }), close: () => sql.end({ timeout: 5 }) };
}
