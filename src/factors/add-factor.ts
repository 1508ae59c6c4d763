import { and, eq } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { Principal } from '../accounts/principal.ts';
import { newId } from '../crypto/new-id.ts';
import { InvalidInput } from '../errors.ts';
import type { DbTransaction } from '../db/client.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { findService } from '../services/directory.ts';
import { insertEntity } from './add-entity.ts';
import { writeBase32 } from './base32.ts';
import { EntityNotFound } from './errors.ts';
import { checkFactorName, checkIdentity, readSecret, type TotpInput } from './input.ts';
import { identityIn, lookUpEntity, type Entity, type EntityName, type Factor } from './queries.ts';
import { sealIn } from './sealed.ts';
import { subjectsIn } from './subjects.ts';
import { entities, factors } from './table.ts';
import { totpUri } from './totp.ts';

/** RFC 4226 §4, R6: 160 bits are recommended. */
const SECRET_BYTES = 20;
const MAX_FACTORS = 20;

export interface FactorInput extends TotpInput {
  /** As the authenticator app shows it beside the issuer. */
  name: string;
  /** In base32; one is made when absent. */
  secret?: string | undefined;
}

/** A factor with its secret, which is shown this once. */
export interface NewFactor {
  entity: Entity;
  factor: Factor;
  /** In base32. */
  secret: string;
  uri: string;
}

/**
 * Adds a TOTP factor that its first right code verifies. An identity that is not known yet becomes an entity.
 * @throws {ServiceNotFound | InvalidInput}
 */
export async function addFactor(
  app: App,
  who: Principal,
  serviceId: ServiceId,
  entityName: EntityName,
  input: FactorInput,
): Promise<NewFactor> {
  checkFactorName(input.name);
  const service = await findService(app, who.accountId, serviceId);
  if (!service) throw new ServiceNotFound();
  const { totp } = service.settings;
  const recipe = {
    algorithm: input.algorithm ?? 'sha1',
    codeLength: input.codeLength ?? totp.codeLength,
    stepSeconds: input.stepSeconds ?? totp.stepSeconds,
    skew: input.skew ?? totp.skew,
  };
  const octets = input.secret === undefined ? app.keys.randomBytes(SECRET_BYTES) : readSecret(input.secret);
  const secret = writeBase32(octets);
  const now = app.clock();
  const [createdAt, updatedAt] = [new Date(now), new Date(now)];
  const { accountId } = who;
  const key = { accountId, id: newId('fac', now) };
  const made = await app.db.transaction((tx) =>
    doNoted(tx, who, 'factor.add', now, async (act) => {
      const entity = await entityOf(app, tx, who, serviceId, entityName);
      const row = {
        ...{ ...key, entityId: entity.id, ...recipe, createdAt, updatedAt },
        nameSealed: await sealIn(app, key, 'name', input.name),
        subjects: await subjectsIn(app, entity, input.name),
        secretSealed: await sealIn(app, key, 'secret', secret),
        status: 'unverified' as const,
        lastStep: null,
        failedChecks: 0,
      };
      const others = await tx.query.factors.findMany({ where: { accountId, entityId: entity.id } });
      if (others.length >= MAX_FACTORS)
        throw new InvalidInput('identity', `An entity has at most ${MAX_FACTORS} factors.`);
      await tx.insert(factors).values(row);
      act.on(key.id);
      return { entity, factor: { ...row, name: input.name, given: true } };
    }),
  );
  const issuer = totp.issuer ?? service.name;
  return { ...made, secret, uri: totpUri(secret, recipe, { issuer, name: input.name }) };
}

/**
 * The one of that name, which is made when there is none. It has a factor from now on, and whoever removes it or
 * forgets it waits for that one.
 */
async function entityOf(
  app: App,
  tx: DbTransaction,
  who: Principal,
  serviceId: ServiceId,
  name: EntityName,
): Promise<Entity> {
  const find = () => lookUpEntity({ db: tx, keys: app.keys }, who, serviceId, name);
  const known = await find();
  if (known && (await holdEntity(tx, known))) return known;
  const identity = identityIn(name);
  checkIdentity(identity);
  const entity = (await insertEntity(app, tx, who, serviceId, identity)) ?? (await find());
  if (!entity || !(await holdEntity(tx, entity))) throw new EntityNotFound();
  return entity;
}

/** @returns false when it has been removed meanwhile */
async function holdEntity(tx: DbTransaction, { accountId, id }: Entity): Promise<boolean> {
  const held = await tx
    .update(entities)
    .set({ emptySince: null })
    .where(and(eq(entities.accountId, accountId), eq(entities.id, id)))
    .returning({ id: entities.id });
  return held.length > 0;
}
