import { ADVISORY_LOCKS } from '../db/advisory-locks.ts';
import type { Sql, Tx } from '../db/client.ts';
import type { KeptTable, RetentionClass } from './classes.ts';
import { boundAt, readLeaf, readMoment, type Leaf, type Period } from './plan.ts';

/** The statements on partitions. Names are ours alone, so they need no quotes. */

/** What serves waits no longer than this, and what is not done then is done at another time. */
const LOCK_TIMEOUT_MS = 100;

export function classTable({ schema, name }: KeptTable, { days }: RetentionClass): string {
  return `${schema}.${name}_d${days}`;
}

/** Where rows are that have no partition: none, unless nobody has made any for long. */
function restOf(table: KeptTable, kept: RetentionClass): string {
  return `${classTable(table, kept)}_rest`;
}

/** The tables of classes that have partitions: most have none. */
export async function readBegun(sql: Sql): Promise<ReadonlySet<string>> {
  const rows = await sql<{ name: string }[]>`
    SELECT DISTINCT n.nspname || '.' || c.relname AS name
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'p'`;
  return new Set(rows.map(({ name }) => name));
}

export async function readLeaves(sql: Sql, table: KeptTable, kept: RetentionClass): Promise<Leaf[]> {
  const rows = await sql<{ name: string; bounds: string }[]>`
    SELECT n.nspname || '.' || c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bounds
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.inhparent = ${classTable(table, kept)}::regclass`;
  return rows.flatMap(({ name, bounds }) => readLeaf(name, bounds) ?? []);
}

/** The moment of the oldest row without a partition. */
export async function findStray(
  sql: Sql,
  table: KeptTable,
  kept: RetentionClass,
): Promise<number | undefined> {
  const rest = restOf(table, kept);
  const [exists] = await sql<{ rest: string | null }[]>`SELECT to_regclass(${rest})::text AS rest`;
  if (exists!.rest === null) return undefined;
  const [row] = await sql.unsafe<{ key: string }[]>(
    `SELECT ${table.key}::text AS key FROM ${rest} ORDER BY ${table.key} LIMIT 1`,
  );
  return row && readMoment(row.key);
}

/**
 * Makes a partition, and the one for all the rest before the first one of its class. The table is made apart, and
 * attaching it stops nobody but who would use the rest.
 */
export async function makeLeaf(
  sql: Sql,
  table: KeptTable,
  kept: RetentionClass,
  { from, to }: Period,
): Promise<void> {
  const parent = classTable(table, kept);
  const rest = restOf(table, kept);
  const leaf = `${parent}_${new Date(from).toISOString().slice(0, 10).replaceAll('-', '')}`;
  const like = (name: string) =>
    `CREATE TABLE ${name} (LIKE ${table.schema}.${table.name} INCLUDING DEFAULTS, PRIMARY KEY (${table.unique.join(', ')})) WITH (fillfactor = ${table.fillfactor ?? 100})`;
  await alone(sql, async (tx) => {
    const [known] = await tx<{ rest: string | null; leaf: string | null }[]>`
      SELECT to_regclass(${rest})::text AS rest, to_regclass(${leaf})::text AS leaf`;
    if (known!.leaf !== null) return;
    if (known!.rest === null) {
      await tx.unsafe(like(rest));
      await tx.unsafe(`ALTER TABLE ${parent} ATTACH PARTITION ${rest} DEFAULT`);
    }
    await tx.unsafe(like(leaf));
    // Its row triggers are those of the whole table; this one is of each partition.
    if (table.isAppendOnly)
      for (const name of known!.rest === null ? [rest, leaf] : [leaf])
        await tx.unsafe(
          `CREATE TRIGGER never_emptied BEFORE TRUNCATE ON ${name} EXECUTE FUNCTION refuse_change_of_audit_log()`,
        );
    const within = `${table.key} >= '${boundAt(table, from)}' AND ${table.key} < '${boundAt(table, to)}'`;
    if (table.isAppendOnly) await tx.unsafe(`ALTER TABLE ${rest} DISABLE TRIGGER USER`);
    await tx.unsafe(
      `WITH moved AS (DELETE FROM ${rest} WHERE ${within} RETURNING *) INSERT INTO ${leaf} SELECT * FROM moved`,
    );
    if (table.isAppendOnly) await tx.unsafe(`ALTER TABLE ${rest} ENABLE TRIGGER USER`);
    await tx.unsafe(
      `ALTER TABLE ${parent} ATTACH PARTITION ${leaf} FOR VALUES FROM ('${boundAt(table, from)}') TO ('${boundAt(table, to)}')`,
    );
  });
}

/** Drops a partition with all that is in it: no row is looked at, however many there are. */
export async function dropLeaf(
  sql: Sql,
  { name }: Leaf,
  note: (tx: Tx) => Promise<void> = async () => undefined,
): Promise<void> {
  // PostgreSQL detaches nothing concurrently beside a partition for the rest; the lock is for a moment.
  await alone(sql, async (tx) => {
    await tx.unsafe(`DROP TABLE IF EXISTS ${name}`);
    await note(tx);
  });
}

async function alone(sql: Sql, work: (tx: Tx) => Promise<unknown>): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${ADVISORY_LOCKS.partitions})`;
    await tx.unsafe(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await work(tx);
  });
}
