import { and, eq } from 'drizzle-orm';
import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import { doNoted } from './act.ts';
import { EMPTY_CHAIN } from './chain.ts';
import { pageCheckpoints } from './checkpoint-queries.ts';
import { AuditLogBroken } from './errors.ts';
import { followFrom, signHead } from './make-checkpoints.ts';
import { sealAll } from './seal-entries.ts';
import { auditCheckpoints, type AuditCheckpointRow } from './table.ts';

/** Signs what an account's log is now, with all that is written by now. @throws {AuditLogBroken} */
export async function createCheckpoint(app: App, who: Principal): Promise<AuditCheckpointRow> {
  const { accountId } = who;
  await sealAll(app);
  const [row] = await pageCheckpoints(app, accountId, { after: undefined, limit: 1 });
  const last = row ? { seq: row.seq, chainHash: row.chainHash, sealedAt: row.madeAt.getTime() } : EMPTY_CHAIN;
  const { head, brokenAt } = await followFrom(app, accountId, last);
  if (brokenAt !== undefined) throw new AuditLogBroken(brokenAt);
  const made = row && row.seq === head.seq ? row : await signHead(app, accountId, head);
  return app.db.transaction((tx) =>
    doNoted(tx, who, 'audit_checkpoint.create', app.clock(), async (act) => {
      await tx.insert(auditCheckpoints).values(made).onConflictDoNothing();
      // Somebody else may have been quicker.
      const [kept] = await tx
        .select()
        .from(auditCheckpoints)
        .where(and(eq(auditCheckpoints.accountId, accountId), eq(auditCheckpoints.seq, head.seq)));
      act.on(kept!.id);
      return kept!;
    }),
  );
}
