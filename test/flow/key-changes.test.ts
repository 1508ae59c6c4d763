import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../src/accounts/create-account.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { INSTALLATION, createKeyMemory } from '../../src/crypto/key-memory.ts';
import { open, seal } from '../../src/crypto/seal.ts';
import { uuidOf, type AccountId } from '../../src/ids.ts';
import { createKeyLoader } from '../../src/keys/loader.ts';
import { rotateData } from '../../src/keys/rotate/rotate-data.ts';
import { rotateKeys } from '../../src/keys/rotate/rotate.ts';
import { sealClearValues } from '../../src/keys/rotate/seal-clear.ts';
import type { App } from '../../src/platform.ts';
import { listServices } from '../../src/services/list.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { putAsBefore } from '../support/earlier-version.ts';
import { refusalToStart } from '../support/refusal-to-start.ts';
import { until } from '../support/until.ts';

// What happens to keys while something else does: other processes, crashes, clocks, and who changes the table.

const entry = (id: string, secret = randomBytes(32)) => `${id}:${secret.toString('base64')}`;
const REREAD_MS = 200;

async function rotate(app: App, data = true, onSay: (line: string) => void = () => undefined) {
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    onSay(line);
  };
  await rotateKeys(app, { data, rereadMs: REREAD_MS }, { update: () => undefined, say });
  return lines;
}

interface KeyRow {
  id: string;
  is_there: boolean;
  retired_at: Date | null;
  emptied_at: Date | null;
}

const keysOf = ({ sql }: App, accountId: AccountId) =>
  sql<KeyRow[]>`
    SELECT id, wrapped IS NOT NULL AS is_there, retired_at, emptied_at FROM data_keys
    WHERE account_id = ${uuidOf(accountId)} ORDER BY id`;

const aDayLater = ({ sql }: App) => sql`UPDATE data_keys SET retired_at = retired_at - interval '26 hours'`;

const settingsIn = async ({ sql }: App, { accountId }: Principal) => {
  const [row] = await sql<{ id: string; settings_sealed: Buffer }[]>`
    SELECT id, settings_sealed FROM services WHERE account_id = ${uuidOf(accountId)}`;
  return row!;
};

/** Wraps a new key. */
const wrapped = async (app: App, accountId: AccountId, id: string) =>
  (
    await app.kek.wrap([{ secret: randomBytes(32), context: `otpost data key\u0000${accountId}\u0000${id}` }])
  )[0]!;

describe('a rotation of data keys', () => {
  let main: TestApp;
  let app: App;
  let who: Principal;
  beforeAll(async () => {
    main = await createTestApp({ ROLES: 'api', KEYS_REREAD_SECONDS: String(REREAD_MS / 1_000) });
    app = main.app;
  });
  afterAll(() => main[Symbol.asyncDispose]());
  beforeEach(async () => {
    who = await createTestAccount(app);
    // A key of the millisecond in which a rotation begins is not one of before it.
    await app.sql`
      UPDATE data_keys SET created_at = created_at - interval '1 second' WHERE account_id = ${uuidOf(who.accountId)}`;
  });

  test('neither retires nor destroys the only key of an account whose transaction was open when it began', async () => {
    const { id: accountId } = await createAccount(app, { name: 'Late' });
    await app.sql`DELETE FROM data_keys WHERE account_id = ${uuidOf(accountId)}`;
    const key = await wrapped(app, accountId, 'D1');
    const held = await app.sql.reserve();
    await held`BEGIN`;
    await held`
      INSERT INTO data_keys (account_id, id, wrapped, kek_id)
      VALUES (${uuidOf(accountId)}, 'D1', ${key.wrapped}, ${key.kekId})`;
    let committed: Promise<unknown> | undefined;
    await rotate(app, true, (line) => {
      if (line.startsWith('New data keys')) committed ??= held`COMMIT`.execute();
    });
    await committed;
    held.release();
    expect(await keysOf(app, accountId)).toMatchObject([{ id: 'D1', retired_at: null, emptied_at: null }]);
    // As an earlier version has left it.
    await app.sql`
      UPDATE data_keys SET retired_at = now(), emptied_at = now() WHERE account_id = ${uuidOf(accountId)}`;
    await aDayLater(app);
    await rotate(app, false);
    expect(await keysOf(app, accountId)).toMatchObject([{ id: 'D1', is_there: true }]);
    await app.sql`
      UPDATE data_keys SET retired_at = NULL, emptied_at = NULL WHERE account_id = ${uuidOf(accountId)}`;
  });

  test('destroys no key that something was sealed under behind its back, and seals that anew the next time', async () => {
    const before = await settingsIn(app, who);
    await rotate(app);
    // A process that could not unwrap the new key.
    await app.sql`
      UPDATE services SET settings_sealed = ${before.settings_sealed} WHERE id = ${before.id}`;
    await aDayLater(app);
    expect(await rotate(app, false)).toContainEqual(
      expect.stringMatching(/^Kept, because something was sealed under them meanwhile: 1 old data keys\./),
    );
    const oldest = before.settings_sealed.readUInt16BE(1);
    const named = async () => (await keysOf(app, who.accountId)).find(({ id }) => id === `D${oldest}`);
    expect(await named()).toMatchObject({ is_there: true, emptied_at: null });
    await rotate(app);
    expect((await settingsIn(app, who)).settings_sealed.readUInt16BE(1)).toBeGreaterThan(oldest);
    expect(await named()).toMatchObject({ is_there: false });
  });

  test('waits after a crash, too, until every process has noticed its keys', async () => {
    const killed = { rereadMs: REREAD_MS, onResume: () => undefined, onProgress: () => undefined };
    const crash = () => {
      throw new Error('killed');
    };
    await expect(rotateData(app, { ...killed, onNewKeys: crash })).rejects.toThrow('killed');
    await app.sql`
      UPDATE data_keys SET active_from = now()
      WHERE created_at >= (SELECT max(started_at) FROM key_rotations)`;
    await rotate(app);
    const [row] = await app.sql<{ ms: number }[]>`
      SELECT extract(epoch FROM min(o.emptied_at) - max(n.active_from)) * 1000 AS ms
      FROM key_rotations r
        JOIN data_keys n ON n.created_at >= r.started_at
        JOIN data_keys o ON o.account_id = n.account_id AND o.created_at < r.started_at AND o.emptied_at >= r.started_at
      WHERE r.started_at = (SELECT max(started_at) FROM key_rotations)`;
    expect(Number(row!.ms)).toBeGreaterThan(REREAD_MS + 1_000);
  });

  test('makes one new key for each account, also when the clock was set back since it began', async () => {
    await app.sql`
      INSERT INTO key_rotations (id, started_at) VALUES (${randomUUID()}, now() + interval '700 milliseconds')`;
    await rotate(app);
    expect((await keysOf(app, who.accountId)).map(({ id }) => id)).toEqual(['D1', 'D2']);
  });

  test('does no harm when it is run twice at once, because a lock was lost with its connection', async () => {
    const quiet = { onResume: () => undefined, onNewKeys: () => undefined, onProgress: () => undefined };
    const one = () => rotateData(app, { rereadMs: REREAD_MS, ...quiet });
    const { settings_sealed: before } = await settingsIn(app, who);
    await Promise.all([one(), one()]);
    const after = await settingsIn(app, who);
    expect(after.settings_sealed.readUInt16BE(1)).toBeGreaterThan(before.readUInt16BE(1));
    await aDayLater(app);
    await rotate(app, false);
    const keys = await keysOf(app, who.accountId);
    expect(keys.filter(({ is_there }) => is_there).map(({ id }) => id)).toEqual([keys.at(-1)!.id]);
    const [service] = await listServices(app, who);
    expect(service!.settings.routing).toBe('priority');
  });

  test('leaves to somebody else what they change in the moment in which it is sealed', async () => {
    await putAsBefore(app, who.accountId);
    const { id } = await settingsIn(app, who);
    const at = {
      account: who.accountId,
      table: 'services',
      column: 'settings',
      row: `svc_${id.replaceAll('-', '')}`,
    };
    const theirs = seal(app.keys, '{"sender":"THEIRS"}', at);
    const held = await app.sql.reserve();
    await held`BEGIN`;
    await held`UPDATE services SET settings = NULL, settings_sealed = ${theirs} WHERE id = ${id}`;
    const sealing = sealClearValues(app);
    // It has read the value in the clear, and waits for the row.
    await until(async () => {
      // Of its own connection: others wait behind the statement that waits.
      const [row] = await held<{ waiting: number }[]>`
        SELECT count(*)::int AS waiting FROM pg_locks
        WHERE NOT granted AND transactionid = pg_current_xact_id()::xid`;
      return row!.waiting > 0;
    });
    await held`COMMIT`;
    held.release();
    await sealing;
    expect(open(app.keys, (await settingsIn(app, who)).settings_sealed, at)).toBe('{"sender":"THEIRS"}');
  });
});

describe('the keys of a process', () => {
  test('are tried again until they can be unwrapped, however long ago they were made, and one keeps no other one away', async () => {
    await using main = await createTestApp({ ROLES: 'api' });
    const { app } = main;
    const { id: accountId } = await createAccount(app, { name: 'Own' });
    const said: string[] = [];
    const log = pino({}, { write: (line: string) => void said.push(line) });
    const memory = createKeyMemory();
    const loader = createKeyLoader({ sql: app.sql, kek: app.kek, memory, log });
    await loader.loadAll();
    const [copied, good] = [await wrapped(app, INSTALLATION, 'D1'), await wrapped(app, accountId, 'D2')];
    // A row that was copied from another owner.
    for (const [owner, id, key] of [
      [accountId, 'D3', copied],
      [accountId, 'D2', good],
    ] as const)
      await app.sql`
        INSERT INTO data_keys (account_id, id, wrapped, kek_id, active_from)
        VALUES (${uuidOf(owner)}, ${id}, ${key.wrapped}, ${key.kekId}, now() - interval '1 minute')`;
    await loader.refresh();
    expect(memory.current(accountId)?.id).toBe('D2');
    expect(said).toHaveLength(1);
    expect(JSON.parse(said[0]!)).toMatchObject({ accountId, keyId: 'D3', count: 1 });
    // What was wrong is mended, and no change is noted that this process has not seen.
    const { wrapped: right } = await wrapped(app, accountId, 'D3');
    await app.sql`
      UPDATE data_keys SET wrapped = ${right}, changed_at = now() - interval '1 day', active_from = now() - interval '1 day'
      WHERE account_id = ${uuidOf(accountId)} AND id = 'D3'`;
    await loader.refresh();
    expect(memory.current(accountId)?.id).toBe('D3');
  });

  test('are wrapped under the key that a file has in front by now, and never under one of two that have one name', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'otpost-keys-'));
    const file = join(dir, 'keys');
    const [k1, k2] = [entry('k1'), entry('k2')];
    await writeFile(file, k1);
    try {
      await using main = await createTestApp({ ROLES: 'api', OTPOST_KEYS: '', OTPOST_KEYS_FILE: file });
      const { app } = main;
      const kekOf = async (accountId: AccountId) => {
        const [row] = await app.sql<{ kek_id: string }[]>`
          SELECT kek_id FROM data_keys WHERE account_id = ${uuidOf(accountId)}`;
        return row!.kek_id;
      };
      await writeFile(file, `${k2}\n${k1}\n`);
      expect((await rotate(app, false)).at(-1)).toMatch(/^"k1" may now be removed from OTPOST_KEYS/);
      await writeFile(file, k2);
      expect(await kekOf((await createAccount(app, { name: 'After' })).id)).toBe('k2');
      await writeFile(file, entry('k2'));
      await expect(createAccount(app, { name: 'Never' })).rejects.toThrow(
        /the key "k2" is another one than it was/,
      );
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe('a table of keys that lost some', () => {
  test('stops the start, in one line: without the index key, and without any of the installation', async () => {
    const keys = `${entry('k1')},${entry('index')}`;
    await using main = await createTestApp({ ROLES: 'api', OTPOST_KEYS: keys });
    await createTestAccount(main.app);
    const refused = () => refusalToStart({ DATABASE_URL: main.databaseUrl, OTPOST_KEYS: keys });
    await main.app.sql`DELETE FROM data_keys WHERE id = 'index'`;
    expect(await refused()).toMatch(/^The table data_keys lacks a key of the installation, "index"/);
    await main.app.sql`DELETE FROM data_keys WHERE account_id = ${uuidOf(INSTALLATION)}`;
    expect(await refused()).toMatch(/^The keys of the installation are gone from the table data_keys/);
    const [row] = await main.app.sql`SELECT count(*)::int FROM data_keys WHERE id = 'index'`;
    expect(row!.count).toBe(0);
  });
});
