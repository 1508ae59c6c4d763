import { z } from 'zod';
import { addBucket } from '../../limits/add-bucket.ts';
import { changeBucket } from '../../limits/change-bucket.ts';
import { LimitBucketNotFound } from '../../limits/errors.ts';
import { findBucket, findLimit, listBuckets } from '../../limits/queries.ts';
import { removeBucket } from '../../limits/remove-bucket.ts';
import type { LimitBucketRow } from '../../limits/table.ts';
import type { LimitBucketId, LimitId, ServiceId } from '../../ids.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { serviceIdOf } from './find.ts';
import { answerPage, windowOf } from './page.ts';
import { int, moment, PAGE_PARAMS } from './params.ts';
import { limitIdOf, limitUrl } from './rate-limits.ts';
import { idOfSid, sidOf } from './sids.ts';

const ALL = '/v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets';
const ONE = `${ALL}/{Sid}`;

type Path = Readonly<Record<string, string>>;

const MAX = int(1, 1_000_000);
const INTERVAL = int(1, 31_536_000);

/** How many starts a rate limit lets through in what time. */
export function addBuckets(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ALL, name: 'adding a bucket', status: 201 },
    permission: 'services:write',
    audit: 'limit_bucket.add',
    params: z.object({ Max: MAX, Interval: INTERVAL }),
    async handle({ app, who, path, params: { Max: max, Interval: intervalSeconds }, site }) {
      const [serviceId, limitId] = limitOf(path);
      const row = await addBucket(app, who, serviceId, limitId, { max, intervalSeconds });
      return bucketShape(site, serviceId, row);
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ALL, name: 'listing buckets', status: 200 },
    permission: 'services:read',
    params: z.object(PAGE_PARAMS),
    async handle(call) {
      const { app, who, site } = call;
      const [serviceId, limitId] = limitOf(call.path);
      await findLimit(app, who, serviceId, limitId);
      const all = await listBuckets(app, who, limitId);
      return answerPage(
        'bkt',
        'buckets',
        call,
        async (window) => windowOf(all, window),
        async (row) => bucketShape(site, serviceId, row),
      );
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ONE, name: 'reading a bucket', status: 200 },
    permission: 'services:read',
    async handle({ app, who, path, site }) {
      const [serviceId, limitId, id] = bucketOf(path);
      await findLimit(app, who, serviceId, limitId);
      return bucketShape(site, serviceId, await findBucket(app, who, limitId, id));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ONE, name: 'changing a bucket', status: 200 },
    permission: 'services:write',
    audit: 'limit_bucket.update',
    params: z.object({ Max: MAX.optional(), Interval: INTERVAL.optional() }),
    async handle({ app, who, path, params: { Max: max, Interval: intervalSeconds }, site }) {
      const which = bucketOf(path);
      return bucketShape(site, which[0], await changeBucket(app, who, which, { max, intervalSeconds }));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'DELETE', path: ONE, name: 'removing a bucket', status: 204 },
    permission: 'services:write',
    audit: 'limit_bucket.remove',
    async handle({ app, who, path }) {
      await removeBucket(app, who, bucketOf(path));
      return undefined;
    },
  });
}

function limitOf(path: Path): [ServiceId, LimitId] {
  return [serviceIdOf(path), limitIdOf(path.RateLimitSid)];
}

/** @throws {LimitBucketNotFound} when it is the sid of none */
function bucketOf(path: Path): [ServiceId, LimitId, LimitBucketId] {
  const id = idOfSid('bkt', path.Sid ?? '');
  if (!id) throw new LimitBucketNotFound();
  return [...limitOf(path), id];
}

function bucketShape(site: string, serviceId: ServiceId, row: LimitBucketRow): object {
  return {
    sid: sidOf(row.id),
    rate_limit_sid: sidOf(row.limitId),
    service_sid: sidOf(serviceId),
    account_sid: sidOf(row.accountId),
    max: row.max,
    interval: row.intervalSeconds,
    date_created: moment(row.createdAt),
    date_updated: moment(row.updatedAt),
    url: `${limitUrl(site, { serviceId, id: row.limitId })}/Buckets/${sidOf(row.id)}`,
  };
}
