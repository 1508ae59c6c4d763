import { firstUuidAt } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Span } from './window.ts';

/**
 * Whether all hours with attempts of verifications that were started in a span have been counted for good, so that
 * the attempts can go.
 */
export async function areHoursCounted(app: App, { from, to }: Span): Promise<boolean> {
  const [row] = await app.sql<[{ open: boolean }]>`
    SELECT EXISTS (
      SELECT FROM accounts c
      WHERE EXISTS (
          SELECT FROM attempts a WHERE a.account_id = c.id
            AND a.verification_id >= ${firstUuidAt(Math.max(0, from))}::uuid AND a.verification_id < ${firstUuidAt(to)}::uuid)
        AND NOT EXISTS (
          SELECT FROM routing_rollups r WHERE r.account_id = c.id AND r.final_until >= ${new Date(to)})) AS open`;
  return !row.open;
}
