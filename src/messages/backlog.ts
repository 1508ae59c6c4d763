import type { Mode } from '../accounts/mode.ts';
import { uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';

/** Messages of an account that wait to be sent, counted up to a limit: by the index of what is due, of all accounts. */
export async function countBacklog(
  app: App,
  accountId: AccountId,
  mode: Mode,
  limit: number,
): Promise<number> {
  const dueAt = app.sql(mode === 'live' ? 'due_at' : 'sandbox_due_at');
  const [row] = await app.sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT FROM messages
      WHERE account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid AND ${dueAt} IS NOT NULL AND status = 'queued'
      LIMIT ${limit}) m`;
  return row!.count;
}
