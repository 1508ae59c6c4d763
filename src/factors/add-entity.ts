import { doNoted } from '../audit/act.ts';
import type { Principal } from '../accounts/principal.ts';
import { modeOf } from '../accounts/principal.ts';
import { newId } from '../crypto/new-id.ts';
import type { DbTransaction } from '../db/client.ts';
import type { ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { ServiceNotFound } from '../services/errors.ts';
import { EntityExists } from './errors.ts';
import { checkIdentity } from './input.ts';
import type { Entity } from './queries.ts';
import { identityIndexOf, sealIn } from './sealed.ts';
import { subjectsIn } from './subjects.ts';
import { entities } from './table.ts';

/** @throws {ServiceNotFound | EntityExists | InvalidInput} */
export async function addEntity(
  app: App,
  who: Principal,
  serviceId: ServiceId,
  identity: string,
): Promise<Entity> {
  checkIdentity(identity);
  const now = app.clock();
  return app.db.transaction((tx) =>
    doNoted(tx, who, 'entity.add', now, async (act) => {
      const made = await insertEntity(app, tx, who, serviceId, identity);
      if (!made) throw new EntityExists();
      act.on(made.id);
      return made;
    }),
  );
}

/** @returns undefined when there is one of this identity */
export async function insertEntity(
  app: App,
  tx: DbTransaction,
  who: Principal,
  serviceId: ServiceId,
  identity: string,
): Promise<Entity | undefined> {
  const { accountId } = who;
  if (!(await tx.query.services.findFirst({ where: { accountId, id: serviceId } })))
    throw new ServiceNotFound();
  const now = app.clock();
  const id = newId('ent', now);
  const row = {
    ...{ accountId, id, serviceId, mode: modeOf(who), createdAt: new Date(now), emptySince: new Date(now) },
    identityIndex: identityIndexOf(app, who, serviceId, identity),
    identitySealed: await sealIn(app, { accountId, id }, 'identity', identity),
    subjects: await subjectsIn(app, { accountId, serviceId, mode: modeOf(who) }, identity),
  };
  const [made] = await tx.insert(entities).values(row).onConflictDoNothing().returning();
  return made && { ...made, identity, given: true };
}
