import { and, eq } from 'drizzle-orm';
import { changeConfiguration } from '../accounts/change-configuration.ts';
import { changedIn } from '../audit/act.ts';
import type { Doer } from '../audit/actor.ts';
import type { LimitBucketId, LimitId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { checkBucket, type BucketInput } from './input.ts';
import { findBucket, findLimit } from './queries.ts';
import { limitBuckets, type LimitBucketRow } from './table.ts';

/** Changes a bucket; what it has counted stays. @throws {LimitNotFound | LimitBucketNotFound | InvalidInput} */
export async function changeBucket(
  app: App,
  who: Doer,
  [serviceId, limitId, id]: readonly [ServiceId, LimitId, LimitBucketId],
  input: { [Name in keyof BucketInput]?: BucketInput[Name] | undefined },
): Promise<LimitBucketRow> {
  const { max, intervalSeconds } = input;
  checkBucket({
    ...(max !== undefined && { max }),
    ...(intervalSeconds !== undefined && { intervalSeconds }),
  });
  return changeConfiguration(app, who, 'limit_bucket.update', async (tx, act) => {
    await findLimit({ db: tx }, who, serviceId, limitId);
    const before = await findBucket({ db: tx }, who, limitId, id);
    const after = {
      ...before,
      max: max ?? before.max,
      intervalSeconds: intervalSeconds ?? before.intervalSeconds,
      updatedAt: new Date(app.clock()),
    };
    await tx
      .update(limitBuckets)
      .set(after)
      .where(and(eq(limitBuckets.accountId, who.accountId), eq(limitBuckets.id, id)));
    act.on(id, changedIn(before, after));
    return after;
  });
}
