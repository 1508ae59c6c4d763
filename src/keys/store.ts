import type { Sql, Tx } from '../db/client.ts';
import { rowset, runBatch } from '../db/rowset.ts';
import { idFromUuid, uuidOf, type AccountId } from '../ids.ts';

/** Which data key. */
export interface DataKeyName {
  accountId: AccountId;
  id: string;
}

/** A string that is equal for equal keys. */
export function keyName({ accountId, id }: DataKeyName): string {
  return `${accountId}/${id}`;
}

export interface StoredKey extends DataKeyName {
  /** Null once it was destroyed. */
  wrapped: Buffer | null;
  kekId: string;
  /** New things are made with it by now. */
  isActive: boolean;
}

export interface NewKey extends DataKeyName {
  wrapped: Buffer;
  kekId: string;
}

/** Bound into the wrapping: a wrapped key that is copied to another row does not unwrap. */
export function wrappingContext({ accountId, id }: DataKeyName): string {
  return `otpost data key\u0000${accountId}\u0000${id}`;
}

const PAGE = 2_000;
const FIRST: DataKeyName = { accountId: 'acc_00000000000000000000000000000000', id: '' };

/** All keys that changed, or became active, since a time of the database's clock; in pages. */
export async function* readKeys(sql: Sql, since: Date): AsyncGenerator<StoredKey[]> {
  for (let last = FIRST; ;) {
    const rows = await sql<RawKey[]>`
      SELECT account_id, id, wrapped, kek_id, active_from <= now() AS is_active FROM data_keys
      WHERE (changed_at >= ${since} OR active_from >= ${since})
        AND (account_id, id) > (${uuidOf(last.accountId)}::uuid, ${last.id})
      ORDER BY account_id, id LIMIT ${PAGE}`;
    const page = rows.map(fromRaw);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    last = page.at(-1)!;
  }
}

/** The keys of one account. */
export async function readKeysOf(sql: Sql, accountId: AccountId): Promise<StoredKey[]> {
  const rows = await sql<RawKey[]>`
    SELECT account_id, id, wrapped, kek_id, active_from <= now() AS is_active FROM data_keys
    WHERE account_id = ${uuidOf(accountId)}::uuid`;
  return rows.map(fromRaw);
}

/** Those of some keys that are there. */
export async function readKeysNamed(sql: Sql, names: readonly DataKeyName[]): Promise<StoredKey[]> {
  const rows = await sql<RawKey[]>`
    SELECT account_id, id, wrapped, kek_id, active_from <= now() AS is_active
    FROM data_keys JOIN ${namedKeys(sql, names)} USING (account_id, id)`;
  return rows.map(fromRaw);
}

/** Keys as a table `n (account_id, id)` of a statement. */
export function namedKeys(sql: Sql, names: readonly DataKeyName[]) {
  const accounts = names.map(({ accountId }) => uuidOf(accountId));
  const ids = names.map(({ id }) => id);
  return sql`unnest(${accounts}::uuid[], ${ids}::text[]) AS n (account_id, id)`;
}

const NEW = rowset<NewKey>({
  account_id: ['uuid', (k) => k.accountId],
  id: ['text', (k) => k.id],
  wrapped: ['bytea', (k) => k.wrapped],
  kek_id: ['text', (k) => k.kekId],
});

const INSERT = `INSERT INTO data_keys (${NEW.names}) SELECT * FROM ${NEW.from} ON CONFLICT DO NOTHING`;

/** Keeps those that are there already: of two processes that make the same key at once, one has made it. */
export async function insertKeys(tx: Tx, keys: readonly NewKey[]): Promise<void> {
  if (keys.length > 0) await runBatch(tx, INSERT, NEW, keys);
}

// The clock may have been set back since the rotation began, or the database be another one now: a key that were
// older than its rotation would be made again and again.
const INSERT_LATER = `
  INSERT INTO data_keys (${NEW.names}, created_at, active_from)
  SELECT n.*, greatest(now(), $5::timestamptz), now() + $6::float8 * interval '1 millisecond'
  FROM ${NEW.from} ON CONFLICT DO NOTHING`;

/** Stores the keys of a rotation, which new things are made with only when every process knows them. */
export async function insertKeysActiveIn(
  sql: Sql,
  keys: readonly NewKey[],
  { startedAt, activeInMs }: { startedAt: Date; activeInMs: number },
): Promise<void> {
  await sql.unsafe(INSERT_LATER, [...NEW.params(keys), startedAt, activeInMs]);
}

/** A row that names a key. */
export interface RawName {
  account_id: string;
  id: string;
}

export function nameFromRaw({ account_id, id }: RawName): DataKeyName {
  return { accountId: idFromUuid('acc', account_id), id };
}

interface RawKey extends RawName {
  wrapped: Buffer | null;
  kek_id: string;
  is_active: boolean;
}

function fromRaw(raw: RawKey): StoredKey {
  return {
    ...nameFromRaw(raw),
    wrapped: raw.wrapped,
    kekId: raw.kek_id,
    isActive: raw.is_active,
  };
}
