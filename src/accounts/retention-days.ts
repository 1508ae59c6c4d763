import { eq } from 'drizzle-orm';
import type { DbTransaction, Sql } from '../db/client.ts';
import type { AccountId } from '../ids.ts';
import { accounts, type AccountRow } from './table.ts';

/** For how many days an account keeps what. */
export type RetentionDays = Pick<AccountRow, 'phonesDays' | 'eventsDays' | 'messagesDays' | 'auditDays'>;

export async function readRetentionDays(tx: DbTransaction, accountId: AccountId): Promise<RetentionDays> {
  const [row] = await tx.select().from(accounts).where(eq(accounts.id, accountId));
  if (!row) throw new Error(`no account ${accountId}`);
  return row;
}

export async function saveRetentionDays(
  tx: DbTransaction,
  accountId: AccountId,
  days: RetentionDays,
): Promise<void> {
  await tx.update(accounts).set(days).where(eq(accounts.id, accountId));
}

/** All combinations that there are. */
export async function retentionDaysInUse(sql: Sql): Promise<RetentionDays[]> {
  return sql<RetentionDays[]>`
    SELECT DISTINCT phones_days AS "phonesDays", events_days AS "eventsDays", messages_days AS "messagesDays",
      audit_days AS "auditDays"
    FROM accounts`;
}
