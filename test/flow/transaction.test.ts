import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Database, type Tx } from '../../src/db/client.ts';
import { transaction } from '../../src/db/transaction.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { startProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await connect(testDatabase.url, { poolSize: 5 });
  await database.sql`CREATE TABLE notes (id integer PRIMARY KEY, text text)`;
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeEach(() => database.sql`TRUNCATE notes`);

const notes = async () =>
  (await database.sql<{ id: number }[]>`SELECT id FROM notes ORDER BY id`).map(({ id }) => id);

test('what was read decides what is written, and both are one transaction', async () => {
  const before = await transaction(
    database.lanes,
    (tx) => tx<{ id: string }[]>`SELECT pg_current_xact_id()::text AS id`.execute(),
    async (tx, [read]) => {
      const [[wrote]] = await Promise.all([
        tx<{ id: string }[]>`SELECT pg_current_xact_id()::text AS id`.execute(),
        tx`INSERT INTO notes VALUES (1)`.execute(),
      ]);
      return [read!.id, wrote!.id];
    },
  );
  expect(before[0]).toBe(before[1]);
  expect(await notes()).toEqual([1]);
});

test('nothing stays of a transaction of which one statement failed, and its connection serves the next', async () => {
  for (let i = 0; i < 5; i++) {
    await expect(
      transaction(
        database.lanes,
        () => Promise.resolve(),
        (tx) =>
          Promise.all([
            tx`INSERT INTO notes VALUES (1)`.execute(),
            tx`SELECT 1 / 0`.execute(),
            tx`INSERT INTO notes VALUES (2)`.execute(),
          ]),
      ),
    ).rejects.toThrow('division by zero');
  }
  expect(await notes()).toEqual([]);
});

test('what is decided against is rolled back', async () => {
  await expect(
    transaction(
      database.lanes,
      async (tx) => {
        await tx`INSERT INTO notes VALUES (1)`;
        throw new Error('no');
      },
      () => Promise.resolve(),
    ),
  ).rejects.toThrow('no');
  expect(await notes()).toEqual([]);
});

describe('nothing is committed of what was read and locked', () => {
  const refuse = (): never => {
    throw new Error('no');
  };
  // As statements do whose parameters cannot be written: the others of the batch are on their way.
  const refuseLater = async (): Promise<void> => {
    await Promise.resolve();
    await (async () => refuse())();
  };

  test.each<[string, (tx: Tx) => Promise<unknown>]>([
    ['throws', refuse],
    ['rejects', async () => refuse()],
    [
      'can send only some of its statements',
      (tx) => Promise.all([tx`INSERT INTO notes VALUES (2)`.execute(), refuseLater()]),
    ],
  ])('when what writes %s', async (_how, write) => {
    let statements = 0;
    await expect(
      transaction(
        database.lanes,
        (tx) => {
          statements++;
          return tx`INSERT INTO notes VALUES (1)`.execute();
        },
        (tx) => write(tx),
      ),
    ).rejects.toThrow('no');
    expect(statements).toBe(1);
    expect(await notes()).toEqual([]);
  });

  test('and what is written and its COMMIT still travel together', async () => {
    const url = new URL(testDatabase.url);
    const chunks: string[] = [];
    await using wire = await startProxy({ host: url.hostname, port: Number(url.port) }, (bytes) => {
      chunks.push(bytes.toString('latin1'));
    });
    url.host = `127.0.0.1:${wire.port}`;
    const behind = await connect(url.href, { poolSize: 5 });
    // Of texts that are prepared already (a new one is described first), and longer than what the driver gathers.
    const insert = (tx: Tx, id: number) =>
      tx.unsafe('INSERT INTO notes VALUES ($1, $2)', [id, 'x'.repeat(1_500)], { prepare: true }).execute();
    const add = (id: number) =>
      transaction(
        behind.lanes,
        (tx) => tx`SELECT 1`.execute(),
        (tx) => Promise.all([insert(tx, id), insert(tx, -id)]),
      );
    await add(1);
    chunks.length = 0;
    await add(2);
    expect(chunks.filter((chunk) => chunk.includes('commit'))).toHaveLength(1);
    expect(chunks).toHaveLength(2);
    await behind.close();
  });
});

test('a row that another transaction made first is read at the next try', async () => {
  const seen: number[] = [];
  const add = () =>
    transaction(
      database.lanes,
      (tx) => tx`SELECT id FROM notes`.execute(),
      (tx, rows) => {
        seen.push(rows.length);
        return tx`INSERT INTO notes VALUES (${rows.length})`.execute();
      },
    );
  await Promise.all([add(), add()]);
  expect(await notes()).toEqual([0, 1]);
  expect(seen.length).toBeGreaterThanOrEqual(2);
});

test('a statement that strays out of its transaction changes nothing', async () => {
  await expect(database.lanes.run((lane) => lane`INSERT INTO notes VALUES (1)`)).rejects.toMatchObject({
    code: '25006',
  });
});

test('hot statements are not compiled: that took longer than all they do', async () => {
  expect(await database.sql`SHOW jit`).toEqual([{ jit: 'off' }]);
  expect(await database.lanes.run((lane) => lane`SHOW jit`)).toEqual([{ jit: 'off' }]);
});

test('array types are asked for once: a connection that breaks off meanwhile would end the process', async () => {
  const url = new URL(testDatabase.url);
  let asked = 0;
  await using wire = await startProxy(
    { host: url.hostname, port: Number(url.port) },
    (bytes) => (asked += bytes.toString('latin1').split('pg_catalog.pg_type a').length - 1),
  );
  url.host = `127.0.0.1:${wire.port}`;
  const behind = await connect(url.href, { poolSize: 5 });
  const texts = ['a', 'b,"', '\\c'];
  const useArrays = async () => {
    const [row] = await behind.sql`SELECT ${texts}::text[] AS texts, ${[1, 2]}::int[] AS numbers`;
    expect(row).toEqual({ texts, numbers: [1, 2] });
    expect(await behind.lanes.run((lane) => lane`SELECT ${texts}::text[] AS texts`)).toEqual([{ texts }]);
    expect([...(await behind.db.execute(sql`SELECT ${sql.param(texts)}::text[] AS texts`))]).toEqual([
      { texts },
    ]);
  };
  await useArrays();
  expect(asked).toBe(1);

  await wire.cut();
  await wire.mend();
  await until(() => behind.sql`SELECT 1`);
  await useArrays();
  expect(asked).toBe(1);
  await behind.close();
});

test('of a transaction whose connection is lost nothing stays, and the lanes come back', async () => {
  const url = new URL(testDatabase.url);
  await using wire = await startProxy({ host: url.hostname, port: Number(url.port) });
  url.host = `127.0.0.1:${wire.port}`;
  const behind = await connect(url.href, { poolSize: 5 });
  const insert = (id: number, seconds = 0) =>
    transaction(
      behind.lanes,
      (tx) => tx`SELECT pg_sleep(${seconds})`.execute(),
      // New texts: each is prepared first, so that what is behind it waits in the driver.
      (tx) =>
        Promise.all([
          tx`INSERT INTO notes VALUES (${id})`.execute(),
          tx`SELECT pg_sleep(${seconds}), 2`.execute(),
          tx`UPDATE notes SET text = ${'late'} WHERE id = ${id}`.execute(),
        ]),
    );
  const lost = [1, 2, 3].map((id) =>
    insert(id, 0.4).then(
      () => 'committed',
      () => 'lost',
    ),
  );
  const asleep = async () => {
    const [row] = await database.sql<[{ n: number }]>`
      SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'active' AND query LIKE '%pg_sleep(%), 2%' AND pid <> pg_backend_pid()`;
    return row.n > 0;
  };
  await until(asleep);
  await wire.cut();
  expect(await Promise.all(lost)).toEqual(['lost', 'lost', 'lost']);
  await wire.mend();
  await until(() => insert(9));
  // More than there are lanes, so that each has served again.
  await Promise.all([10, 11, 12, 13].map((id) => insert(id)));
  expect(await notes()).toEqual([9, 10, 11, 12, 13]);
  await behind.close();
});
