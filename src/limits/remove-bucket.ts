import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import type { LimitBucketId, LimitId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findBucket, findLimit } from './queries.ts';
import { limitBuckets } from './table.ts';

/** Removes a bucket. @throws {LimitNotFound | LimitBucketNotFound} */
export async function removeBucket(
  app: App,
  who: Doer,
  [serviceId, limitId, id]: readonly [ServiceId, LimitId, LimitBucketId],
): Promise<void> {
  const { accountId } = who;
  await changeConfiguration(app, who, 'limit_bucket.remove', async (tx, act) => {
    await findLimit({ db: tx }, who, serviceId, limitId);
    await findBucket({ db: tx }, who, limitId, id);
    await tx.delete(limitBuckets).where(and(eq(limitBuckets.accountId, accountId), eq(limitBuckets.id, id)));
    act.on(id);
  });
}
