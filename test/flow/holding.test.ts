import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONFIG_CHANNEL } from '../../src/bus/channels.ts';
import { isSecondConnection } from '../../src/db/holding.ts';
import { transaction } from '../../src/db/transaction.ts';
import { addFactor } from '../../src/factors/add-factor.ts';
import { changeFactor } from '../../src/factors/change-factor.ts';
import { listServices } from '../../src/services/list.ts';
import { createServiceDirectory } from '../../src/services/directory.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';

let testApp: TestApp;
beforeAll(async () => {
  // One connection for each purpose: whoever holds one and waits for another waits for ever.
  testApp = await createTestApp({ ROLES: 'api', DATABASE_POOL_SIZE: '3' });
});
afterAll(() => testApp[Symbol.asyncDispose]());

test.each([
  ["Drizzle's pool", () => testApp.app.db.execute('SELECT 1')],
  ['a transaction of it', () => testApp.app.db.transaction((tx) => tx.execute('SELECT 1'))],
  ['the pool of hot statements', () => testApp.app.sql`SELECT 1`],
  ['the same by its text', () => testApp.app.sql.unsafe('SELECT 1')],
  ['a connection of it', async () => (await testApp.app.sql.reserve()).release()],
  [
    'a lane',
    () =>
      transaction(
        testApp.app.lanes,
        (tx) => tx`SELECT 1`.execute(),
        () => Promise.resolve(),
      ),
  ],
])('whoever is in a transaction is refused %s', async (_name, ask) => {
  const { app } = testApp;
  const refused = /^Within a transaction, and not by its connection/;
  const told = (error: unknown): string => String((error as Error).cause ?? error).replace(/^Error: /, '');
  const asked = async () => {
    try {
      await ask();
    } catch (error) {
      expect(isSecondConnection(error)).toBe(true);
      return told(error);
    }
  };
  expect(await app.db.transaction(asked)).toMatch(refused);
  expect(await transaction(app.lanes, asked, (_tx, said) => Promise.resolve(said))).toMatch(refused);
  expect(await transaction(app.lanes, () => Promise.resolve(), asked)).toMatch(refused);
  // Afterwards they are not.
  expect(await asked()).toBeUndefined();
  let later: (() => void) | undefined;
  const goesOn = new Promise<void>((resolve) => (later = resolve));
  const [begun] = await app.db.transaction(() => Promise.resolve([goesOn.then(asked)] as const));
  later!();
  expect(await begun).toBeUndefined();
});

test('what is read into memory at its first use is read within a transaction, too, when no connection is free', async () => {
  const { app } = testApp;
  const who = await createTestAccount(app);
  const [service] = await listServices(app, who);
  const directory = app.single(createServiceDirectory);
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: who.accountId }]);
  expect(await app.db.transaction(() => directory.of(who.accountId))).toMatchObject([{ id: service!.id }]);
});

test('factors are renamed all at once by processes that do not know their service any more', async () => {
  const { app } = testApp;
  const who = await createTestAccount(app);
  const [service] = await listServices(app, who);
  const { factor } = await addFactor(app, who, service!.id, 'ana', { name: 'Phone' });
  const names = Array.from({ length: 40 }, (_, i) => `Phone ${i}`);
  const changed = await Promise.all(
    names.map((name) => {
      app.bus.publish([{ channel: CONFIG_CHANNEL, payload: who.accountId }]);
      return changeFactor(app, who, [service!.id, 'ana', factor.id], { name });
    }),
  );
  expect(changed.map(({ factor: { name } }) => name)).toEqual(names);
});
