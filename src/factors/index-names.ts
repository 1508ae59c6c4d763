import { bytesesText } from '../db/columns.ts';
import type { ServiceId } from '../ids.ts';
import { idFromUuid, uuidOf, type AccountId, type EntityId, type FactorId } from '../ids.ts';
import type { Mode } from '../accounts/mode.ts';
import type { App } from '../platform.ts';
import { openIn } from './sealed.ts';
import { subjectsIn } from './subjects.ts';

const PAGE = 200;

/**
 * Writes down which numbers are in the names of an account that are from before that was done, or from a process of
 * an earlier version. Each is opened this once; then no look-up opens any.
 */
export async function indexNames(app: App, accountId: AccountId): Promise<void> {
  while ((await indexIdentities(app, accountId)) === PAGE);
  while ((await indexFactorNames(app, accountId)) === PAGE);
}

async function indexIdentities(app: App, accountId: AccountId): Promise<number> {
  const rows = await app.sql<{ id: string; service_id: string; mode: Mode; sealed: Buffer }[]>`
    SELECT id, service_id, mode, identity_sealed AS sealed FROM entities
    WHERE account_id = ${uuidOf(accountId)} AND subjects IS NULL LIMIT ${PAGE}`;
  for (const { id: uuid, service_id, mode, sealed } of rows) {
    const id: EntityId = idFromUuid('ent', uuid);
    const identity = await openIn(app, { accountId, id }, 'identity', sealed);
    const serviceId: ServiceId = idFromUuid('svc', service_id);
    const subjects = await subjectsIn(app, { accountId, serviceId, mode }, identity);
    await app.sql`
      UPDATE entities SET subjects = ${bytesesText(subjects)}::text::bytea[]
      WHERE account_id = ${uuidOf(accountId)} AND id = ${uuid}`;
  }
  return rows.length;
}

/** One that is changed meanwhile is looked at the next time. */
async function indexFactorNames(app: App, accountId: AccountId): Promise<number> {
  const rows = await app.sql<{ id: string; service_id: string; mode: Mode; sealed: Buffer }[]>`
    SELECT f.id, e.service_id, e.mode, f.name_sealed AS sealed
    FROM factors f JOIN entities e ON e.account_id = f.account_id AND e.id = f.entity_id
    WHERE f.account_id = ${uuidOf(accountId)} AND f.subjects IS NULL LIMIT ${PAGE}`;
  for (const { id: uuid, service_id, mode, sealed } of rows) {
    const id: FactorId = idFromUuid('fac', uuid);
    const name = await openIn(app, { accountId, id }, 'name', sealed);
    const serviceId: ServiceId = idFromUuid('svc', service_id);
    const subjects = await subjectsIn(app, { accountId, serviceId, mode }, name);
    await app.sql`
      UPDATE factors SET subjects = ${bytesesText(subjects)}::text::bytea[]
      WHERE account_id = ${uuidOf(accountId)} AND id = ${uuid} AND name_sealed = ${sealed}`;
  }
  return rows.length;
}
