import { eq } from 'drizzle-orm';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import { accounts } from './table.ts';

/** Until the transaction ends nobody else changes the account's carriers and routes: their names stay unique. */
export async function lockConfiguration(tx: DbTransaction, accountId: AccountId): Promise<void> {
  // Not the stronger `update`: starts refer to the account and must not wait for this.
  await tx.select({ id: accounts.id }).from(accounts).where(eq(accounts.id, accountId)).for('no key update');
}
