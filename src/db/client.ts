import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres, { type ISql, type Sql } from 'postgres';
import { learnArrayTypes } from './array-types.ts';
import { beginSafely } from './begin.ts';
import { createHeartbeat } from './heartbeat.ts';
import { refusingSecond } from './holding.ts';
import { createLanes, type Lanes } from './lanes.ts';
import { relations } from './relations.ts';
import { socketFactory } from './socket.ts';
import { readTarget } from './target.ts';

/** Queries built by Drizzle: everything that is not hot, and the GraphQL reads. */
export type Db = PostgresJsDatabase<typeof relations>;
/** The driver itself: hot statements are written by hand, take whole batches, and are prepared once. */
export type { Sql };
export type Tx = ISql;
/** A transaction of Drizzle's. */
export type DbTransaction = Parameters<Parameters<Db['transaction']>[0]>[0];

export interface Database {
  db: Db;
  /** For hot statements that stand alone. */
  sql: Sql;
  /** For `transaction()`. */
  lanes: Lanes;
  /**
   * For what is read into memory at its first use (configuration, keys), which may be within somebody's transaction:
   * it waits for no row, so that nobody who holds one connection waits for ever for these. See `holding.ts`.
   */
  aside: Pick<Database, 'db' | 'sql'>;
  close(): Promise<void>;
}

/** Accounts whose configuration is read at the same time. */
const ASIDE = 2;

/** The type `uuid` in `pg_type`. */
const PG_UUID = 2950;
const withoutPrefix = (id: string): string => id.slice(id.indexOf('_') + 1);

/**
 * A hot statement is planned once per connection and kept, and the first ones meet empty tables, for
 * which reading them whole is right. That plan then stays while they grow: 400 µs of the database
 * per start instead of 148. Every hot statement finds its rows by an index; and where that is not the
 * primary key, which begins with the account, too, the account is compared by IS NOT DISTINCT FROM, which
 * no index serves: by the primary key, one receipt's attempt was looked for among all of the account's
 * (0.75 ms → 183 ms per batch).
 * And once it is: of a table in sixteen partitions to plan a claim anew for each time costs 2 ms, and that it may be
 * worth it the planner believes for ever.
 * What is forbidden counts as dear, so that PostgreSQL, where it has LLVM, would compile such a statement each time that
 * it runs: of an empty inbox the sweep took 250 ms instead of 25, twice a second in every worker (two busy cores).
 */
const BY_INDEX = {
  ...{ enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' },
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
};

/** What strays out of its transaction on a lane must not change anything: see `transaction.ts`. */
const READ_ONLY = { default_transaction_read_only: 'on' };

/** A lane looks read-only to the driver: where it is to look for a server that is not, it looks for the primary. */
function writable(url: string): string {
  return url.replace('target_session_attrs=read-write', 'target_session_attrs=primary');
}

/**
 * @param connectionString of PostgreSQL (15 or newer), with how it is encrypted: see `target.ts`
 * @param options.poolSize connections, beside which there are up to three aside and a probe
 */
export async function connect(connectionString: string, options: { poolSize: number }): Promise<Database> {
  const { url, tls } = readTarget(connectionString);
  const heartbeat = createHeartbeat(() => probe`select 1`);
  const open = (max: number, session: Record<string, string>, target = url): Sql =>
    beginSafely(
      postgres(target, {
        max,
        idle_timeout: 60,
        connect_timeout: 10,
        // Seconds until the next try: the driver's own wait grows to 20 s, and every query waits with it.
        backoff: (tries: number) => Math.min(1, 0.05 * 2 ** tries),
        onnotice: () => {},
        // Missing in the driver's types.
        ...({ socket: socketFactory(tls, heartbeat.watch) } as object),
        connection: { application_name: 'otpost', ...session },
        // Where Drizzle does not know that a parameter is an id (a pair of columns in a list of pairs), it
        // hands over the prefixed id as it is; the prefix stays on this side.
        types: { id: { to: PG_UUID, from: [], serialize: withoutPrefix, parse: withoutPrefix } },
      }),
    );
  const share = (part: number) => Math.max(1, Math.floor(options.poolSize * part));
  const forTransactions = share(0.4);
  const alone = share(0.3);
  const sql = refusingSecond(open(alone, BY_INDEX));
  const lanes = Array.from({ length: forTransactions }, () =>
    open(1, { ...BY_INDEX, ...READ_ONLY }, writable(url)),
  );
  // Apart from the others, because Drizzle takes its client's parsers and serializers over: there dates are texts.
  const client = refusingSecond(open(Math.max(1, options.poolSize - forTransactions - alone), {}));
  // Beyond the pool: connected only where nothing else is heard, and where memory is filled.
  const probe = open(1, {});
  const aside = { sql: open(1, BY_INDEX), client: open(ASIDE, {}) };
  const others = [client, probe, aside.sql, aside.client, ...lanes];
  const close = async () => {
    await Promise.all([sql, ...others].map((pool) => pool.end({ timeout: 5 })));
    heartbeat.stop();
  };
  try {
    await learnArrayTypes(sql, others);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    sql,
    lanes: createLanes(lanes),
    db: drizzle({ client, relations }),
    aside: { sql: aside.sql, db: drizzle({ client: aside.client, relations }) },
    close,
  };
}
