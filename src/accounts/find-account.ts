import { eq } from 'drizzle-orm';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { accounts } from './table.ts';

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
