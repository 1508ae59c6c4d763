import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { addEntity } from '../../src/factors/add-entity.ts';
import { addFactor } from '../../src/factors/add-factor.ts';
import { forgetFactors } from '../../src/factors/forget.ts';
import { findEntity, listChallenges, listFactors, type Entity } from '../../src/factors/queries.ts';
import { removeEntity } from '../../src/factors/remove-entity.ts';
import { removeFactor } from '../../src/factors/remove-factor.ts';
import type { ServiceId } from '../../src/ids.ts';
import { setRetention } from '../../src/retention/settings.ts';
import { listServices } from '../../src/services/list.ts';
import { createTestAccount, createTestApp } from '../support/app.ts';
import { enrol } from '../support/factors.ts';
import { createClock } from '../support/verifying.ts';

const DAY_MS = 86_400_000;
const stack = new AsyncDisposableStack();
const clock = createClock();
let app: RunningApp;

beforeAll(async () => {
  ({ app } = stack.use(await createTestApp({ ROLES: 'api' }, { clock: clock.now })));
});
afterAll(() => stack.disposeAsync());

async function anAccount(days: number): Promise<{ who: Principal; serviceId: ServiceId }> {
  const who = await createTestAccount(app, {});
  await setRetention(app, who, { phones: days });
  return { who, serviceId: (await listServices(app, who))[0]!.id };
}

const all = { after: undefined, before: undefined, limit: 100 };
const challengesOf = async (entity: Entity) =>
  (await listChallenges(app, entity, { factorId: undefined, status: undefined }, all)).length;
const isThere = (who: Principal, serviceId: ServiceId, identity: string) =>
  findEntity(app, who, serviceId, identity).then(
    () => true,
    () => false,
  );

test('challenges go when their account’s time for phones is over, and the factor that they were of stays', async () => {
  const [brief, long] = [await anAccount(7), await anAccount(90)];
  for (const { who, serviceId } of [brief, long]) await enrol(app, who, serviceId, 'ana');
  const [mine, theirs] = await Promise.all(
    [brief, long].map(({ who, serviceId }) => findEntity(app, who, serviceId, 'ana')),
  );
  clock.advance(7 * DAY_MS - 60_000);
  await forgetFactors(app);
  expect(await challengesOf(mine!)).toBe(1);
  clock.advance(120_000);
  await forgetFactors(app);
  expect([await challengesOf(mine!), await challengesOf(theirs!)]).toEqual([0, 1]);
  clock.advance(1_000 * DAY_MS);
  await forgetFactors(app);
  expect(await challengesOf(theirs!)).toBe(0);
  for (const entity of [mine!, theirs!]) expect(await listFactors(app, entity)).toHaveLength(1);
});

test('an entity goes when it has had no factor for that time, counted from when its last one went', async () => {
  const { who, serviceId } = await anAccount(7);
  await addEntity(app, who, serviceId, 'never');
  await addEntity(app, who, serviceId, 'enrolled');
  const { factor } = await addFactor(app, who, serviceId, 'left', { name: 'Phone' });
  const other = await addFactor(app, who, serviceId, 'left', { name: 'Tablet' });
  clock.advance(6 * DAY_MS);
  await addFactor(app, who, serviceId, 'enrolled', { name: 'Phone' });
  await removeFactor(app, who, [serviceId, 'left', factor.id]);
  clock.advance(2 * DAY_MS);
  await forgetFactors(app);
  expect(await isThere(who, serviceId, 'never')).toBe(false);
  // One more device is left.
  clock.advance(8 * DAY_MS);
  await forgetFactors(app);
  expect(await isThere(who, serviceId, 'left')).toBe(true);
  await removeFactor(app, who, [serviceId, 'left', other.factor.id]);
  clock.advance(6 * DAY_MS);
  await forgetFactors(app);
  expect(await isThere(who, serviceId, 'left')).toBe(true);
  clock.advance(2 * DAY_MS);
  await forgetFactors(app);
  expect(await isThere(who, serviceId, 'left')).toBe(false);
  expect(await isThere(who, serviceId, 'enrolled')).toBe(true);
});

test('of factors that are added while their entity is forgotten or removed, none is left that belongs to nobody', async () => {
  const { who, serviceId } = await anAccount(7);
  const names = Array.from({ length: 30 }, (_, i) => `user-${i}`);
  for (const name of names) await addEntity(app, who, serviceId, name);
  clock.advance(8 * DAY_MS);
  const enrolled = Promise.all(names.map((name) => addFactor(app, who, serviceId, name, { name: 'Phone' })));
  const forgotten = Promise.all(Array.from({ length: 5 }, () => forgetFactors(app)));
  await Promise.all([enrolled, forgotten]);
  for (const name of names)
    expect(await listFactors(app, await findEntity(app, who, serviceId, name)), name).toHaveLength(1);
  const ends = names.flatMap((name) => [
    removeEntity(app, who, serviceId, name),
    addFactor(app, who, serviceId, name, { name: 'Tablet' }),
  ]);
  const failures = (await Promise.allSettled(ends)).filter(({ status }) => status === 'rejected');
  expect(failures).toEqual([]);
  expect(
    await app.sql`SELECT id FROM factors f WHERE NOT EXISTS (
      SELECT FROM entities e WHERE e.account_id = f.account_id AND e.id = f.entity_id)`,
  ).toEqual([]);
});
