import { and, desc, eq, inArray, like, lt, ne } from 'drizzle-orm';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { routingEvidence } from './table.ts';

/**
 * What was learned, one row per process that saw it, so that no two ever write the same row. Whoever
 * uses it merges the rows of all.
 */
export interface EvidenceKey {
  accountId: AccountId;
  /** Whose evidence it is: `adaptive`, of all policies that learn; `receipts`. */
  policy: string;
  /** What it was called before, to be read along. */
  former?: string | undefined;
}

export type AnySnapshot = typeof routingEvidence.$inferSelect.snapshot;

/** Older evidence has long been outweighed by what came after. */
const KEPT_DAYS = 14;

export async function saveEvidence(
  app: App,
  { accountId, policy }: EvidenceKey,
  worker: string,
  snapshot: AnySnapshot,
): Promise<void> {
  const row = { snapshot, updatedAt: new Date(app.clock()) };
  await app.db
    .insert(routingEvidence)
    .values({ accountId, policy, worker, ...row })
    .onConflictDoUpdate({
      target: [routingEvidence.accountId, routingEvidence.policy, routingEvidence.worker],
      set: row,
    });
}

export interface SavedEvidence {
  worker: string;
  snapshot: AnySnapshot;
  updatedAt: Date;
}

/**
 * Until evidence was shared by policies each saved its own, as `<policy>/<its options>`. All of an account's were told
 * of the same attempts, so one of them is read: that which was in use last.
 */
export async function findFormer(app: App, { accountId, policy }: EvidenceKey): Promise<string | undefined> {
  const [latest] = await app.db
    .select({ policy: routingEvidence.policy })
    .from(routingEvidence)
    .where(and(eq(routingEvidence.accountId, accountId), like(routingEvidence.policy, `${policy}/%`)))
    .orderBy(desc(routingEvidence.updatedAt))
    .limit(1);
  return latest?.policy;
}

/**
 * What workers have saved anew.
 * @param read of each worker the `updatedAt` that was read last: their clocks differ
 * @param except a worker that is not asked; absent: all are
 */
export async function readEvidence(
  app: App,
  { accountId, policy, former }: EvidenceKey,
  read: ReadonlyMap<string, Date>,
  except?: string,
): Promise<SavedEvidence[]> {
  const { snapshot, ...when } = {
    worker: routingEvidence.worker,
    updatedAt: routingEvidence.updatedAt,
    snapshot: routingEvidence.snapshot,
  };
  const asked = and(
    eq(routingEvidence.accountId, accountId),
    inArray(routingEvidence.policy, former === undefined ? [policy] : [policy, former]),
    except === undefined ? undefined : ne(routingEvidence.worker, except),
  );
  const saved = await app.db.select(when).from(routingEvidence).where(asked);
  const fresh = saved.filter((one) => one.updatedAt.getTime() !== read.get(one.worker)?.getTime());
  if (fresh.length === 0) return [];
  const workers = fresh.map((one) => one.worker);
  return app.db
    .select({ ...when, snapshot })
    .from(routingEvidence)
    .where(and(asked, inArray(routingEvidence.worker, workers)));
}

export async function forgetOldEvidence(app: App): Promise<void> {
  const before = new Date(app.clock() - KEPT_DAYS * 86_400_000);
  await app.db.delete(routingEvidence).where(lt(routingEvidence.updatedAt, before));
}
