import { sql } from 'drizzle-orm';
import { ofMode } from '../accounts/of-mode.ts';
import type { Principal } from '../accounts/principal.ts';
import type { Db, DbTransaction } from '../db/client.ts';
import type { ChallengeId, EntityId, FactorId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { ChallengeNotFound, EntityNotFound, FactorNotFound } from './errors.ts';
import { identityIndexOf, openIn } from './sealed.ts';
import type { ChallengeRow, EntityRow, FactorRow } from './table.ts';

/** An entity by the name that its account has for it. */
export interface Entity extends EntityRow {
  identity: string;
  /** By whoever is answered, in the same request: they are shown nothing that they have not said. */
  given: boolean;
}

export interface Factor extends FactorRow {
  name: string;
  /** As of an entity. */
  given: boolean;
}

/** How somebody names an entity: by its identity, or with what is its id if it is nobody's identity. */
export type EntityName = string | { identity: string; id: EntityId };

type From = Pick<App, 'keys'> & { db: Db | DbTransaction };

/** Part of a list: behind one of its things or before one, in the list's order. */
export interface Span<Id> {
  after: Id | undefined;
  before: Id | undefined;
  limit: number;
}

/** @throws {EntityNotFound} */
export async function findEntity(...of: Parameters<typeof lookUpEntity>): Promise<Entity> {
  const entity = await lookUpEntity(...of);
  if (!entity) throw new EntityNotFound();
  return entity;
}

/** For whom it is no mistake that there is none. */
export async function lookUpEntity(
  { db, keys }: From,
  who: Principal,
  serviceId: ServiceId,
  name: EntityName,
): Promise<Entity | undefined> {
  const { accountId } = who;
  const identity = identityIn(name);
  const identityIndex = identityIndexOf({ keys }, who, serviceId, identity);
  const row = await db.query.entities.findFirst({
    where: { accountId, serviceId, identityIndex: { eq: identityIndex } },
  });
  if (row) return { ...row, identity, given: true };
  if (typeof name === 'string') return undefined;
  const { id } = name;
  const byId = await db.query.entities.findFirst({ where: { accountId, serviceId, id, ...ofMode(who) } });
  return byId && openEntity({ keys }, byId);
}

export function identityIn(name: EntityName): string {
  return typeof name === 'string' ? name : name.identity;
}

async function openEntity({ keys }: Pick<From, 'keys'>, row: EntityRow): Promise<Entity> {
  return { ...row, identity: await openIn({ keys }, row, 'identity', row.identitySealed), given: false };
}

/** A page of a service's entities, oldest first, those of the caller's mode. */
export async function listEntities(
  app: App,
  who: Principal,
  serviceId: ServiceId,
  { after, before, limit }: Span<EntityId>,
): Promise<Entity[]> {
  const { accountId } = who;
  const id = { ...(after && { gt: after }), ...(before && { lt: before }) };
  const rows = await app.db.query.entities.findMany({
    where: { accountId, serviceId, id, ...ofMode(who) },
    orderBy: { id: before ? 'desc' : 'asc' },
    limit,
  });
  if (before) rows.reverse();
  return Promise.all(rows.map((row) => openEntity(app, row)));
}

/** @throws {FactorNotFound} also when it is of another entity */
export async function findFactor(
  { db, keys }: From,
  { accountId, id: entityId }: EntityRow,
  id: FactorId,
): Promise<Factor> {
  const row = await db.query.factors.findFirst({ where: { accountId, entityId, id } });
  if (!row) throw new FactorNotFound();
  return openFactor({ keys }, row);
}

async function openFactor({ keys }: Pick<From, 'keys'>, row: FactorRow): Promise<Factor> {
  return { ...row, name: await openIn({ keys }, row, 'name', row.nameSealed), given: false };
}

/** All factors of an entity, oldest first. */
export async function listFactors(
  app: Pick<App, 'db' | 'keys'>,
  { accountId, id: entityId }: EntityRow,
): Promise<Factor[]> {
  const rows = await app.db.query.factors.findMany({
    where: { accountId, entityId },
    orderBy: { id: 'asc' },
  });
  return Promise.all(rows.map((row) => openFactor(app, row)));
}

/** @throws {ChallengeNotFound} also when it is of another entity */
export async function findChallenge(
  { db }: Pick<From, 'db'>,
  { accountId, id: entityId }: EntityRow,
  id: ChallengeId,
): Promise<ChallengeRow> {
  const row = await db.query.challenges.findFirst({ where: { accountId, entityId, id } });
  if (!row) throw new ChallengeNotFound();
  return row;
}

export type ChallengeStatus = 'pending' | 'approved' | 'expired';

export function statusOfChallenge({ status, expiresAt }: ChallengeRow, now: number): ChallengeStatus {
  return status === 'pending' && expiresAt.getTime() <= now ? 'expired' : status;
}

/** A page of an entity's challenges, oldest first. */
export async function listChallenges(
  app: App,
  { accountId, id: entityId }: EntityRow,
  { factorId, status }: { factorId: FactorId | undefined; status: ChallengeStatus | undefined },
  { after, before, limit }: Span<ChallengeId>,
): Promise<ChallengeRow[]> {
  const now = new Date(app.clock());
  const id = { ...(after && { gt: after }), ...(before && { lt: before }) };
  const rows = await app.db.query.challenges.findMany({
    where: {
      ...{ accountId, entityId, id },
      ...(factorId && { factorId }),
      ...(status && { status: status === 'approved' ? status : 'pending' }),
      ...(status === 'expired' && { expiresAt: { lte: now } }),
      ...(status === 'pending' && { expiresAt: { gt: now } }),
    },
    orderBy: { id: before ? 'desc' : 'asc' },
    limit,
  });
  return before ? rows.reverse() : rows;
}

/**
 * Takes turns on an entity, before its factors: what is added to it while it is removed would belong to nobody.
 * @throws {EntityNotFound} when it has been removed meanwhile
 */
export async function lockEntity(tx: DbTransaction, { accountId, id }: EntityRow): Promise<void> {
  const locked = await tx.execute(
    sql`SELECT 1 FROM entities WHERE account_id = ${accountId.slice(4)}::uuid AND id = ${id.slice(4)}::uuid FOR UPDATE`,
  );
  if (locked.length === 0) throw new EntityNotFound();
}

/** Takes turns on a factor: of two codes that come at once the second one sees what the first one did. */
export async function lockFactor(tx: DbTransaction, { accountId, id }: FactorRow): Promise<void> {
  await tx.execute(
    sql`SELECT 1 FROM factors WHERE account_id = ${accountId.slice(4)}::uuid AND id = ${id.slice(4)}::uuid FOR UPDATE`,
  );
}
