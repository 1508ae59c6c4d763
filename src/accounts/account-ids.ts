import type { Sql } from '../db/client.ts';
import { idFromUuid, uuidOf, type AccountId } from '../ids.ts';

export async function hasAccounts(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ has: boolean }[]>`SELECT EXISTS (SELECT FROM accounts) AS has`;
  return row!.has;
}

export async function hasAccount(sql: Sql, accountId: AccountId): Promise<boolean> {
  const [row] = await sql<{ has: boolean }[]>`
    SELECT EXISTS (SELECT FROM accounts WHERE id = ${uuidOf(accountId)}::uuid) AS has`;
  return row!.has;
}

/** The accounts behind one, in the order of their ids. */
export async function accountIdsAfter(
  sql: Sql,
  after: AccountId | undefined,
  limit: number,
): Promise<AccountId[]> {
  const last = after === undefined ? '0'.repeat(32) : uuidOf(after);
  const rows = await sql<{ id: string }[]>`
    SELECT id FROM accounts WHERE id > ${last}::uuid ORDER BY id LIMIT ${limit}`;
  return rows.map(({ id }) => idFromUuid('acc', id));
}
