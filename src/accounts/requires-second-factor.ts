import { sql, type SQL } from 'drizzle-orm';

/**
 * For a statement about something of accounts, which reads it beside: whether people need a second factor there.
 * @param accountId the column with the account
 */
export function requiresSecondFactor(accountId: SQL): SQL<boolean> {
  return sql<boolean>`coalesce((SELECT a.require_second_factor FROM accounts a WHERE a.id = ${accountId}), false)`;
}
