import type { Principal } from '../accounts/principal.ts';
import type { LimitBucketId, LimitId, ServiceId } from '../ids.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { readService } from '../services/read.ts';
import type { App } from '../platform.ts';
import { LimitBucketNotFound, LimitNotFound } from './errors.ts';
import type { LimitBucketRow, LimitRow } from './table.ts';

/** The limits of a service, oldest first. @throws {ServiceNotFound} */
export async function listLimits(app: App, who: Principal, serviceId: ServiceId): Promise<LimitRow[]> {
  if (!(await readService(app, who, serviceId))) throw new ServiceNotFound();
  const { accountId } = who;
  return app.db.query.limits.findMany({ where: { accountId, serviceId }, orderBy: { id: 'asc' } });
}

/** @throws {LimitNotFound} also when it is of another service */
export async function findLimit(
  app: Pick<App, 'db'>,
  { accountId }: Pick<Principal, 'accountId'>,
  serviceId: ServiceId,
  id: LimitId,
): Promise<LimitRow> {
  const row = await app.db.query.limits.findFirst({ where: { accountId, serviceId, id } });
  if (!row) throw new LimitNotFound();
  return row;
}

/** The buckets of a limit, oldest first. */
export async function listBuckets(
  app: Pick<App, 'db'>,
  { accountId }: Pick<Principal, 'accountId'>,
  limitId: LimitId,
): Promise<LimitBucketRow[]> {
  return app.db.query.limitBuckets.findMany({ where: { accountId, limitId }, orderBy: { id: 'asc' } });
}

/** @throws {LimitBucketNotFound} also when it is of another limit */
export async function findBucket(
  app: Pick<App, 'db'>,
  { accountId }: Pick<Principal, 'accountId'>,
  limitId: LimitId,
  id: LimitBucketId,
): Promise<LimitBucketRow> {
  const row = await app.db.query.limitBuckets.findFirst({ where: { accountId, limitId, id } });
  if (!row) throw new LimitBucketNotFound();
  return row;
}
