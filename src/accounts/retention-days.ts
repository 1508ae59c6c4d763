import { eq, sql, type SQL } from 'drizzle-orm';
import type { DbTransaction, Sql } from '../db/client.ts';
import { uuidOf, type AccountId } from '../ids.ts';
import { accounts, type AccountRow } from './table.ts';

/** For how many days an account keeps what. */
export type RetentionDays = Pick<AccountRow, Extract<keyof AccountRow, `${string}Days`>>;

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
      inbound_days AS "inboundDays", deliveries_days AS "deliveriesDays", analytics_days AS "analyticsDays",
      alarms_days AS "alarmsDays", audit_days AS "auditDays"
    FROM accounts`;
}

/** For how many days a row that is inserted is kept, in its statement; by default where there is no such account. */
export function keptDays(accountId: AccountId, column: keyof RetentionDays): SQL<number> {
  const byDefault = accounts[column].default as number;
  return sql`coalesce((SELECT ${sql.identifier(accounts[column].name)} FROM accounts WHERE id = ${uuidOf(accountId)}), ${byDefault})`;
}
