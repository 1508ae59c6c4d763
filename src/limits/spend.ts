import { createAccountCache, type AccountCache } from '../accounts/cache.ts';
import { InvalidInput } from '../errors.ts';
import type { AccountId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { LimitReached } from './errors.ts';
import { MAX_LIMITS } from './input.ts';
import type { LimitBucketRow, LimitRow } from './table.ts';

/** Values by the names of limits. */
export type LimitKeys = Readonly<Record<string, string>>;

const MAX_VALUE_LENGTH = 512;

interface KnownLimit extends LimitRow {
  buckets: readonly LimitBucketRow[];
}

/** The limits of each account: a start must not ask the database for them. */
export function createLimitDirectory(app: App): AccountCache<readonly KnownLimit[]> {
  return createAccountCache(app, async ({ db }, accountId) => {
    const [all, buckets] = await Promise.all([
      db.query.limits.findMany({ where: { accountId } }),
      db.query.limitBuckets.findMany({ where: { accountId } }),
    ]);
    const byLimit = Map.groupBy(buckets, ({ limitId }) => limitId);
    return all.map((limit) => ({ ...limit, buckets: byLimit.get(limit.id) ?? [] }));
  });
}

/**
 * Counts one start against every bucket of the limits that it names, over all processes. The values are counted by
 * keyed hashes: developers put addresses and e-mails into them.
 * @throws {InvalidInput} when the service has no limit of such a name
 * @throws {LimitReached} with the longest wait, when any bucket is full; the start has been counted by all
 */
export async function spendLimits(
  app: App,
  accountId: AccountId,
  serviceId: ServiceId,
  keys: LimitKeys,
): Promise<void> {
  const named = Object.entries(keys);
  if (named.length === 0) return;
  const all = await app.single(createLimitDirectory).of(accountId);
  const ofService = all.filter((limit) => limit.serviceId === serviceId);
  const asked = named.map(([name, value]) => {
    const limit = ofService.find((one) => one.name === name);
    if (!limit || named.length > MAX_LIMITS)
      throw new InvalidInput('rateLimits', 'Name limits that this service has.');
    if (value === '' || value.length > MAX_VALUE_LENGTH)
      throw new InvalidInput('rateLimits', `The value of a key has 1 to ${MAX_VALUE_LENGTH} characters.`);
    return { limit, value };
  });
  const counts = await Promise.all(
    asked.flatMap(({ limit, value }) => limit.buckets.map((bucket) => count(app, limit, bucket, value))),
  );
  const full = counts.filter(({ isFull }) => isFull).sort((a, b) => b.waitMs - a.waitMs);
  const [longest] = full;
  if (longest) throw new LimitReached(longest.name, longest.waitMs);
}

async function count(app: App, { name, accountId }: LimitRow, bucket: LimitBucketRow, value: string) {
  const hidden = app.keys.blindIndex('limit', accountId, bucket.id, value).toString('base64url');
  const { total, endsInMs } = await app.counter.add(
    `limit ${bucket.id} ${hidden}`,
    1,
    bucket.intervalSeconds,
  );
  return { name, isFull: total > bucket.max, waitMs: endsInMs };
}
