import { changeConfiguration } from '../accounts/change-configuration.ts';
import type { Doer } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput } from '../errors.ts';
import type { LimitId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { checkBucket, MAX_BUCKETS, type BucketInput } from './input.ts';
import { findLimit, listBuckets } from './queries.ts';
import { limitBuckets, type LimitBucketRow } from './table.ts';

/** Adds a bucket to a limit. @throws {LimitNotFound | InvalidInput} */
export async function addBucket(
  app: App,
  who: Doer,
  serviceId: ServiceId,
  limitId: LimitId,
  input: BucketInput,
): Promise<LimitBucketRow> {
  checkBucket(input);
  const now = app.clock();
  const { max, intervalSeconds } = input;
  const times = { createdAt: new Date(now), updatedAt: new Date(now) };
  const { accountId } = who;
  const row = { accountId, id: newId('bkt', now), limitId, max, intervalSeconds, ...times };
  return changeConfiguration(app, who, 'limit_bucket.add', async (tx, act) => {
    act.on(row.id);
    await findLimit({ db: tx }, who, serviceId, limitId);
    if ((await listBuckets({ db: tx }, who, limitId)).length >= MAX_BUCKETS)
      throw new InvalidInput('max', `A limit has at most ${MAX_BUCKETS} buckets.`);
    await tx.insert(limitBuckets).values(row);
    return row;
  });
}
