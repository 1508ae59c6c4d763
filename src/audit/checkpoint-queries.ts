import { and, desc, eq, lt } from 'drizzle-orm';
import type { AccountId, AuditCheckpointId } from '../ids.ts';
import type { App } from '../platform.ts';
import { auditCheckpoints, type AuditCheckpointRow } from './table.ts';

/** A page of an account's checkpoints, newest first. */
export async function pageCheckpoints(
  app: App,
  accountId: AccountId,
  { after, limit }: { after: AuditCheckpointId | undefined; limit: number },
): Promise<AuditCheckpointRow[]> {
  return app.db
    .select()
    .from(auditCheckpoints)
    .where(and(eq(auditCheckpoints.accountId, accountId), after && lt(auditCheckpoints.id, after)))
    .orderBy(desc(auditCheckpoints.id))
    .limit(limit);
}
