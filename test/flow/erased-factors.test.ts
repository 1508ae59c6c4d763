import { afterAll, beforeAll, expect, test } from 'vitest';
import { modeOf, type Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import { addFactor } from '../../src/factors/add-factor.ts';
import { changeFactor } from '../../src/factors/change-factor.ts';
import { findEntity, findFactor, listFactors } from '../../src/factors/queries.ts';
import { uuidOf, type ServiceId } from '../../src/ids.ts';
import { createService } from '../../src/services/create.ts';
import { listServices } from '../../src/services/list.ts';
import { eraseSubject } from '../../src/subjects/erase.ts';
import { exportSubject } from '../../src/subjects/export.ts';
import { keepErasures } from '../../src/subjects/ledger.ts';
import { subjectsOf } from '../../src/subjects/subject.ts';
import { dumpOf } from '../support/account-rows.ts';
import { createTestAccount, createTestApp } from '../support/app.ts';
import { canariesIn, numberCanary } from '../support/canary.ts';
import { enrol } from '../support/factors.ts';
import { createNumbers } from '../support/verifying.ts';

const stack = new AsyncDisposableStack();
const aNumber = createNumbers(7_493_001);
let app: RunningApp;
let who: Principal;
let tester: Principal;
let serviceId: ServiceId;
/** Whose numbers need no country code. */
let croatia: ServiceId;

beforeAll(async () => {
  ({ app } = stack.use(await createTestApp({ ROLES: 'api' })));
  who = await createTestAccount(app, {});
  tester = { ...who, kind: 'apiKey', mode: 'test' } as Principal;
  serviceId = (await listServices(app, who))[0]!.id;
  ({ id: croatia } = await createService(app, who, {
    name: 'Croatia',
    settings: { defaultCountry: 'HR' },
  }));
});
afterAll(() => stack.disposeAsync());

const subjectsIn = async (to: string) => {
  const forms = subjectsOf(app.keys, who.accountId, to).map((subject) => subject.toString('hex'));
  const traces = [numberCanary('the number', to), { what: 'its blind index', forms }];
  return (await dumpOf(app)).flatMap(({ table, row }) =>
    canariesIn(row, traces).map((what) => `${table}: ${what}`),
  );
};
const isThere = (of: Principal, service: ServiceId, identity: string) =>
  findEntity(app, of, service, identity).then(
    () => true,
    () => false,
  );

test('an erased number takes the entities that are known by it, however it is spelled, with factors and challenges', async () => {
  const [to, other] = [aNumber(), aNumber()];
  const digits = to.slice(1);
  const spellings = [to, digits, `00${digits}`, `tel:${to}`, `+385-${digits.slice(3)}`, `user-${digits}`];
  for (const identity of [...spellings, other, 'ana']) await enrol(app, who, serviceId, identity);
  const national = `0${digits.slice(3)}`;
  await enrol(app, who, croatia, national);
  // Nobody says whose number that is.
  await enrol(app, who, serviceId, national);
  await enrol(app, tester, serviceId, to);
  expect(await subjectsIn(to)).not.toEqual([]);

  const { counts } = await eraseSubject(app, who, { to });
  expect(counts).toMatchObject({ entities: spellings.length + 2, factorNames: 0 });
  for (const identity of spellings) expect(await isThere(who, serviceId, identity), identity).toBe(false);
  expect(await isThere(who, croatia, national)).toBe(false);
  expect(await isThere(tester, serviceId, to)).toBe(false);
  for (const identity of [other, 'ana', national])
    expect(await isThere(who, serviceId, identity), identity).toBe(true);
  expect(await subjectsIn(to)).toEqual([]);
  for (const table of ['factors', 'challenges'])
    expect(
      await app.sql`SELECT id FROM ${app.sql(table)} WHERE entity_id NOT IN (SELECT id FROM entities)`,
    ).toEqual([]);
  expect((await eraseSubject(app, who, { to })).counts).toMatchObject({ entities: 0, factorNames: 0 });
});

test('a factor of somebody else that has the number in its name works on, without the name', async () => {
  const to = aNumber();
  const { factor, entity } = await addFactor(app, who, serviceId, 'marko', { name: 'Phone' });
  await changeFactor(app, who, [serviceId, 'marko', factor.id], { name: `Phone of ${to}` });
  const kept = await addFactor(app, who, serviceId, 'marko', { name: 'Tablet' });
  expect((await eraseSubject(app, who, { to })).counts).toMatchObject({ entities: 0, factorNames: 1 });
  expect((await listFactors(app, entity)).map(({ name }) => name)).toEqual(['', 'Tablet']);
  expect((await findFactor(app, entity, factor.id)).secretSealed).toEqual(factor.secretSealed);
  expect(kept.factor.name).toBe('Tablet');
  expect(await subjectsIn(to)).toEqual([]);
});

test('an export has them with what they were asked, and never a secret', async () => {
  const [to, other] = [aNumber(), aNumber()];
  const { ids, secret } = await enrol(app, who, serviceId, to);
  const mine = await enrol(app, who, serviceId, other);
  const named = await addFactor(app, who, serviceId, 'iva', { name: `desk ${to}` });
  const { document, receipt } = await exportSubject(app, who, { to });
  expect(JSON.parse(document)).toMatchObject({
    entities: [
      {
        ...{ id: ids.ent, identity: to, mode: modeOf(who) },
        factors: [{ id: ids.fac, name: to, status: 'verified' }],
        challenges: [{ id: ids.chl, factorId: ids.fac, status: 'pending' }],
      },
    ],
    factorNames: [{ id: named.factor.id, name: `desk ${to}` }],
  });
  expect(receipt.counts).toMatchObject({ entities: 1, factorNames: 1 });
  for (const hidden of [secret, other, mine.ids.ent, 'Sealed', 'lastStep', 'subjects'])
    expect(document).not.toContain(hidden);
});

test('what was there before numbers in names were indexed is found as well, and is opened once', async () => {
  const [to, other] = [aNumber(), aNumber()];
  await enrol(app, who, serviceId, to);
  const { entity } = await addFactor(app, who, serviceId, other, { name: `with ${to}` });
  await app.sql`UPDATE entities SET subjects = NULL WHERE account_id = ${uuidOf(who.accountId)}`;
  await app.sql`UPDATE factors SET subjects = NULL WHERE account_id = ${uuidOf(who.accountId)}`;
  expect((await eraseSubject(app, who, { to })).counts).toMatchObject({ entities: 1, factorNames: 1 });
  expect((await listFactors(app, entity)).map(({ name }) => name)).toEqual(['']);
  for (const table of ['entities', 'factors'])
    expect(await app.sql`SELECT id FROM ${app.sql(table)} WHERE subjects IS NULL`).toEqual([]);
});

test('they are erased again when a backup from before is put back', async () => {
  const to = aNumber();
  const account = uuidOf(who.accountId);
  await enrol(app, who, serviceId, to);
  const tables = ['entities', 'factors', 'challenges'];
  // The schema stands for what is outside of the database.
  await app.sql`CREATE SCHEMA backup`;
  try {
    for (const table of tables)
      await app.sql`CREATE TABLE backup.${app.sql(table)} AS SELECT * FROM ${app.sql(`public.${table}`)}`;
    await eraseSubject(app, who, { to });
    for (const table of tables) {
      await app.sql`DELETE FROM ${app.sql(table)}`;
      await app.sql`INSERT INTO ${app.sql(table)} SELECT * FROM ${app.sql(`backup.${table}`)}`;
    }
    await app.sql`UPDATE entities SET subjects = NULL WHERE account_id = ${account}`;
    await app.sql`DELETE FROM vault.erasures WHERE account_id = ${account}`;
  } finally {
    await app.sql`DROP SCHEMA backup CASCADE`;
  }
  expect(await isThere(who, serviceId, to)).toBe(true);
  await keepErasures(app);
  expect(await isThere(who, serviceId, to)).toBe(false);
  expect(await isThere(who, serviceId, 'ana')).toBe(true);
  expect(await subjectsIn(to)).toEqual([]);
});
