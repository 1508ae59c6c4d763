import { eq, inArray } from 'drizzle-orm';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { accounts, type AccountRow } from './table.ts';

/** The oldest account of that name. */
export async function findAccountByName(app: App, name: string): Promise<AccountId | undefined> {
  const [row] = await app.db
    .select({ id: accounts.id })
    .from(accounts)
    .where(eq(accounts.name, name))
    .orderBy(accounts.id)
    .limit(1);
  return row?.id;
}

/** @throws when there is no such account: a caller always has one */
export async function findAccount(app: App, accountId: AccountId): Promise<AccountRow> {
  const [row] = await app.db.select().from(accounts).where(eq(accounts.id, accountId));
  if (!row) throw new Error(`no account ${accountId}`);
  return row;
}

/** Those of the ids that there are. */
export async function findAccounts(app: App, ids: readonly AccountId[]): Promise<AccountRow[]> {
  if (ids.length === 0) return [];
  return app.db
    .select()
    .from(accounts)
    .where(inArray(accounts.id, [...ids]));
}
