import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { KEPT_TABLES } from '../../src/retention/classes.ts';
import { dropLeaf, readLeaves } from '../../src/retention/partitions.ts';
import { createEmptyDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { createOldDatabases } from '../support/upgrades.ts';

const ACCOUNT = randomUUID();

const oldDatabases = createOldDatabases();
afterAll(() => oldDatabases[Symbol.asyncDispose]());

/** An id of that time. */
function idAt(at: number): string {
  const hex = at.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${randomUUID().slice(15)}`;
}

interface OldVerification {
  id: string;
  destination: Buffer;
  to_sealed: Buffer;
}

/** Verifications as they were before there was a vault, in an order that is none. */
async function addOldVerifications(sql: Sql, count: number): Promise<OldVerification[]> {
  const times = Array.from({ length: count }, (_, i) => Date.now() - ((i * 7_919) % count) * 3_600_000);
  const rows = times.map((at) => ({
    at,
    row: { id: idAt(at), destination: randomBytes(16), to_sealed: randomBytes(48) },
  }));
  await sql`INSERT INTO verifications ${sql(
    rows.map(({ at, row }) => ({
      ...row,
      ...{ account_id: ACCOUNT, service_id: ACCOUNT, country: 'HR', channel: 'sms', locale: 'en' },
      ...{ status: 'approved', code_nonce: randomBytes(16), code_key_id: 'k1', code_length: 6 },
      ...{ code_alphabet: 'digits', checks_used: 1, max_checks: 5, sends_left: 4, version: 5 },
      ...{ created_at: new Date(at), expires_at: new Date(at + 600_000), settled_at: new Date(at + 20_000) },
    })),
  )}`;
  return rows.map(({ row }) => row);
}

test('the numbers of an older installation are all in the vault, and nowhere else', async () => {
  await using old = await oldDatabases.create('number_vault');
  const { sql } = old;
  const before = await addOldVerifications(sql, 300);
  const others = await fingerprint(sql);
  await old.upgrade();
  const vaulted = await sql<OldVerification[]>`
    SELECT verification_id AS id, subject AS destination, number_sealed AS to_sealed FROM vault.numbers
    WHERE account_id = ${ACCOUNT}`;
  expect(sorted(vaulted)).toEqual(sorted(before));
  expect(await fingerprint(sql)).toBe(others);
  // Not even in the pages of the table: a column that is dropped leaves its values there.
  await sql`CREATE EXTENSION pageinspect`;
  const pages = await sql<{ page: Buffer }[]>`
    SELECT get_raw_page('verifications', i::int) AS page
    FROM generate_series(0, pg_relation_size('verifications') / 8192 - 1) AS i`;
  const left = before.filter(({ to_sealed }) => pages.some(({ page }) => page.includes(to_sealed)));
  expect(pages.length).toBeGreaterThan(0);
  expect(left).toEqual([]);
});

function sorted(rows: readonly OldVerification[]) {
  const plain = rows.map(({ id, destination, to_sealed }) => [
    id,
    destination.toString('hex'),
    to_sealed.toString('hex'),
  ]);
  return plain.sort(([a], [b]) => (a! < b! ? -1 : 1));
}

/** Of all that both have of verifications. */
async function fingerprint(sql: Sql): Promise<string> {
  const rows = await sql`
    SELECT account_id, id, service_id, country, channel, locale, status, failure_reason, code_nonce, code_key_id,
      code_length, code_alphabet, checks_used, max_checks, sends_left, next_send_at, version, created_at, expires_at,
      settled_at
    FROM verifications ORDER BY id`;
  expect(rows).toHaveLength(300);
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}

test('the messages and attempts of an older installation are all there, found as before, and new ones beside them', async () => {
  await using old = await oldDatabases.create('messages_retention');
  const { sql } = old;
  const at = Date.now() - 86_400_000;
  const ids = { verification_id: idAt(at), id: idAt(at + 1) };
  const row = { account_id: ACCOUNT, ...ids, status: 'sent', attempts_spent: 1, queued_at: new Date(at) };
  await sql`INSERT INTO messages ${sql(row)}`;
  await sql`INSERT INTO attempts ${sql({
    ...{ account_id: ACCOUNT, id: idAt(at + 2), message_id: ids.id, verification_id: ids.verification_id },
    ...{ carrier_id: ACCOUNT, route_id: ACCOUNT, status: 'submitted', carrier_message_id: 'one' },
    ...{ decision: sql.json({}), submitted_at: new Date(at) },
  })}`;
  const read = () => sql`
    SELECT m.id, m.status, a.id AS attempt, a.carrier_message_id FROM messages m
    JOIN attempts a ON a.account_id = m.account_id AND a.message_id = m.id ORDER BY m.id`;
  const indexes = () => sql`
    SELECT replace(indexdef, ' ON ONLY ', ' ON ') AS indexed FROM pg_indexes
    WHERE tablename IN ('messages', 'attempts') AND indexname NOT LIKE '%pkey' ORDER BY 1`;
  const before = { rows: await read(), indexes: await indexes() };
  expect(before.rows).toHaveLength(1);
  expect(before.indexes).toHaveLength(7);
  await old.upgrade();
  expect({ rows: await read(), indexes: await indexes() }).toEqual(before);
  // A process of the version before goes on meanwhile: it knows of no days.
  const later = { verification_id: idAt(Date.now()), id: idAt(Date.now()) };
  await sql`INSERT INTO messages ${sql({ ...row, ...later })}`;
  await sql`INSERT INTO messages ${sql({ ...row, verification_id: idAt(Date.now() + 400 * 86_400_000), id: randomUUID() })}`;
  expect(await sql`SELECT tableoid::regclass::text AS place FROM messages ORDER BY verification_id`).toEqual([
    { place: 'messages_before' },
    { place: 'messages_before' },
    { place: 'messages_d365_rest' },
  ]);
  // All of them are of the partition that an upgrade makes, whole.
  const [plan] = await sql`
    SELECT count(*)::int AS indexes FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent IN (SELECT oid FROM pg_class WHERE relname ~ '^(messages|attempts)_' AND relkind = 'I')
      AND c.relname ~ '_before'`;
  expect(plan).toEqual({ indexes: 7 });
});

test('the audit log, alarms and texts of an older installation are there, and the log still refuses to be changed', async () => {
  await using old = await oldDatabases.create('audit_retention');
  const { sql } = old;
  const entry = {
    ...{
      account_id: ACCOUNT,
      id: idAt(Date.now()),
      occurred_at: new Date(),
      kind: 'act',
      actor_kind: 'system',
    },
    ...{ action: 'route.add', outcome: 'ok', count: 1, targets: [ACCOUNT] },
  };
  await sql`INSERT INTO audit_entries ${sql(entry)}`;
  await sql`INSERT INTO accounts ${sql({ id: ACCOUNT, name: 'old', created_at: new Date() })}`;
  await sql`INSERT INTO routing_alarms ${sql({
    ...{ account_id: ACCOUNT, name: 'rejects', raised_at: new Date(), kind: 'rejects', facts: sql.json({}) },
  })}`;
  await sql`INSERT INTO inbound_messages ${sql({
    ...{ account_id: ACCOUNT, id: idAt(Date.now()), carrier_id: ACCOUNT, kind: 'message', our_number: '1' },
    ...{ from_sealed: Buffer.alloc(8), text_sealed: Buffer.alloc(8), received_at: new Date() },
  })}`;
  await old.upgrade();
  for (const table of ['routing_alarms', 'vault.inbound_messages'])
    expect(await sql`SELECT tableoid::regclass::text AS place FROM ${sql(table)}`).toEqual([
      { place: `${table}_before` },
    ]);
  await sql`INSERT INTO audit_entries ${sql({ ...entry, id: idAt(Date.now()) })}`;
  const places = await sql`SELECT id, tableoid::regclass::text AS place FROM audit_entries`;
  expect(places).toHaveLength(2);
  expect(places).toContainEqual({ id: entry.id, place: 'audit_entries_before' });
  for (const attempt of ['DELETE FROM', 'TRUNCATE'])
    for (const table of ['audit_entries', 'audit_entries_before'])
      await expect(sql.unsafe(`${attempt} ${table}`)).rejects.toThrow('only added to');
});

test('OAuth clients of an older installation that could invite people can read who is there, and all else as before', async () => {
  await using old = await oldDatabases.create('clients_invite_nobody');
  const { sql } = old;
  await sql`INSERT INTO accounts ${sql({ id: ACCOUNT, name: 'old', created_at: new Date() })}`;
  const add = async (permissions: string[]) => {
    const id = randomUUID();
    await sql`INSERT INTO oauth_clients ${sql({
      ...{ account_id: ACCOUNT, id, name: 'Partner', secret_hash: randomBytes(16), hint: 'otp_client_' },
      ...{ permissions, token_seconds: 600, generation: 3, created_at: new Date() },
    })}`;
    return id;
  };
  const ids = [
    await add(['services:read', 'people:write', 'routes:read']),
    await add(['people:read', 'people:write']),
    await add(['people:read', 'services:read']),
  ];
  await old.upgrade();
  const rows = await sql<{ id: string; permissions: string[]; generation: number }[]>`
    SELECT id, permissions, generation FROM oauth_clients`;
  expect(ids.map((id) => rows.find((row) => row.id === id))).toEqual([
    { id: ids[0], permissions: ['services:read', 'people:read', 'routes:read'], generation: 4 },
    { id: ids[1], permissions: ['people:read'], generation: 4 },
    { id: ids[2], permissions: ['people:read', 'services:read'], generation: 3 },
  ]);
});

test('invitations of an older installation are their makers’, and those of whoever has gone since are taken back', async () => {
  await using old = await oldDatabases.create('invited_by');
  const { sql } = old;
  await sql`INSERT INTO accounts ${sql({ id: ACCOUNT, name: 'old', created_at: new Date() })}`;
  const now = new Date();
  const idOf = (prefix: string, uuid: string) => `${prefix}_${uuid.replaceAll('-', '')}`;
  const member = async (role: string | undefined) => {
    const id = randomUUID();
    const sealed = {
      email_sealed: randomBytes(9),
      name_sealed: randomBytes(9),
      email_index: randomBytes(16),
    };
    await sql`INSERT INTO people ${sql({ id, ...sealed, created_at: now, updated_at: now })}`;
    if (role)
      await sql`INSERT INTO members ${sql({ account_id: ACCOUNT, id: randomUUID(), person_id: id, role, created_at: now })}`;
    return idOf('per', id);
  };
  const key = async (revoked_at: Date | null) => {
    const id = randomUUID();
    const secret = { name: 'server', hash: randomBytes(16), hint: 'otp_live_' };
    await sql`INSERT INTO api_keys ${sql({ account_id: ACCOUNT, id, ...secret, revoked_at, created_at: now })}`;
    return idOf('key', id);
  };
  const invited = async (by: string | undefined, role: string) => {
    const id = randomUUID();
    const sealed = {
      email_sealed: randomBytes(9),
      email_index: randomBytes(16),
      token_hash: randomBytes(16),
    };
    const times = { created_at: now, expires_at: new Date(now.getTime() + 600_000) };
    await sql`INSERT INTO invitations ${sql({ account_id: ACCOUNT, id, role, by_mail: true, ...sealed, ...times })}`;
    if (by)
      await sql`INSERT INTO audit_entries ${sql({
        ...{ account_id: ACCOUNT, id: idAt(now.getTime()), occurred_at: now, kind: 'change', count: 1 },
        ...{ actor_kind: 'person', actor_id: by, action: 'invitation.create', outcome: 'ok', targets: [id] },
      })}`;
    return id;
  };
  const [admin, goodKey] = [await member('admin'), await key(null)];
  const stays = [
    [await invited(admin, 'support'), admin],
    [await invited(goodKey, 'owner'), goodKey],
    // Nobody knows of whom.
    [await invited(undefined, 'admin'), null],
  ];
  await invited(admin, 'owner');
  await invited(await member(undefined), 'support');
  await invited(await member('developer'), 'support');
  await invited(await key(now), 'support');
  await invited(idOf('cli', randomUUID()), 'support');
  await old.upgrade();
  const rows = await sql<{ id: string; invited_by: string | null }[]>`SELECT id, invited_by FROM invitations`;
  expect(rows.map((row) => [row.id, row.invited_by]).sort()).toEqual(stays.sort());
});

test('the routes of an older installation get numbers of their own, and those that its version still adds', async () => {
  await using old = await oldDatabases.create('route_numbers');
  const { sql } = old;
  await sql`INSERT INTO accounts ${sql({ id: ACCOUNT, name: 'old', created_at: new Date() })}`;
  const carrier = { account_id: ACCOUNT, id: randomUUID(), name: 'old', secrets_sealed: Buffer.alloc(8) };
  await sql`INSERT INTO carriers ${sql({ ...carrier, config: sql.json({}), enabled: true, created_at: new Date() })}`;
  const add = (name: string) =>
    sql`INSERT INTO routes ${sql({
      ...{ account_id: ACCOUNT, id: randomUUID(), carrier_id: carrier.id, name, priority: 1 },
      ...{ price: 0, enabled: true, created_at: new Date() },
    })}`;
  await add('one');
  await add('two');
  await old.upgrade();
  await add('three');
  const numbers = await sql<{ number: number }[]>`SELECT number FROM routes WHERE account_id = ${ACCOUNT}`;
  expect(numbers.map(({ number }) => number).toSorted()).toEqual([1, 2, 3]);
});

test('the texts and lookups of an older installation are all in the vault, partitions and all, and go in their time', async () => {
  await using old = await oldDatabases.create('vault_of_texts');
  const { sql } = old;
  const sealed = () => ({ from_sealed: randomBytes(40), text_sealed: randomBytes(60) });
  const text = (at: number, days: number) =>
    sql`INSERT INTO inbound_messages ${sql({
      ...{ account_id: ACCOUNT, id: idAt(at), carrier_id: ACCOUNT, kind: 'message', our_number: '1', days },
      ...{ ...sealed(), sender: randomBytes(16), received_at: new Date(at) },
    })}`;
  const now = Date.now();
  // In a partition of before, in one of a class that begins, and in one that a worker of then made.
  await text(now, 30);
  await sql.unsafe(`
    CREATE TABLE inbound_messages_d1_rest PARTITION OF inbound_messages_d1 (PRIMARY KEY (account_id, id)) DEFAULT`);
  await text(now, 1);
  const from = idAt(Date.parse('2030-01-01')).slice(0, 13) + '-0000-0000-000000000000';
  const to = idAt(Date.parse('2030-01-04')).slice(0, 13) + '-0000-0000-000000000000';
  await sql.unsafe(`
    CREATE TABLE inbound_messages_d30_20300101 PARTITION OF inbound_messages_d30 (PRIMARY KEY (account_id, id))
    FOR VALUES FROM ('${from}') TO ('${to}')`);
  await text(Date.parse('2030-01-02'), 30);
  await sql`INSERT INTO inbound_arrivals ${sql({
    ...{ account_id: ACCOUNT, arrival: randomBytes(16), conversation: randomBytes(16), carrier_id: ACCOUNT },
    ...{ total: 2, parts: sql.json({ 1: 'sealed' }), marks: sql.json({}), done: false },
    ...{ received_at: new Date(now), expires_at: new Date(now) },
  })}`;
  await sql`INSERT INTO number_lookups ${sql({
    ...{ account_id: ACCOUNT, number: randomBytes(16), rules_since: new Date(now) },
    ...{ looked_up_at: new Date(now), expires_at: new Date(now) },
  })}`;
  const tables = ['inbound_messages', 'inbound_arrivals', 'number_lookups'];
  const rowsIn = async (schema: string) =>
    Promise.all(tables.map((table) => sql`SELECT * FROM ${sql(`${schema}.${table}`)} ORDER BY 1, 2`));
  const before = await rowsIn('public');
  expect(before.map((rows) => rows.length)).toEqual([3, 1, 1]);
  const indexesIn = async (schema: string) => {
    const rows = await sql<{ def: string }[]>`
      SELECT indexdef AS def FROM pg_indexes
      WHERE schemaname = ${schema} AND tablename ~ ${`^(${tables.join('|')})`} ORDER BY 1`;
    return rows.map(({ def }) => def.replaceAll(`${schema}.`, ''));
  };
  const indexes = await indexesIn('public');
  expect(indexes.length).toBeGreaterThan(8);
  await old.upgrade();
  expect(await rowsIn('vault')).toEqual(before);
  expect(await indexesIn('vault')).toEqual(indexes);
  const left = await sql`
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname ~ '^(inbound_(messages|arrivals)|number_lookups)'`;
  expect(left).toEqual([]);
  // What keeps partitions finds those of then, and drops one that is over.
  const inbound = KEPT_TABLES.find(({ name }) => name === 'inbound_messages')!;
  const leaves = await readLeaves(sql, inbound, { days: 30, periodDays: 3 });
  const made = leaves.find(({ name }) => name === 'vault.inbound_messages_d30_20300101')!;
  expect(made.from).toBe(Date.parse('2030-01-01'));
  await dropLeaf(sql, made);
  expect(await sql`SELECT 1 FROM vault.inbound_messages`).toHaveLength(2);
});

test('an upgrade gives way to whoever has a table and waits for another one, and is done once they are', async () => {
  await using old = await oldDatabases.create('check_sender_rules');
  const { sql } = old;
  let upgraded: Promise<void> | undefined;
  // As whoever serves: in a transaction, with something read beside it that the upgrade is ahead of.
  await sql.begin(async (tx) => {
    await tx`SELECT count(*) FROM carriers`;
    upgraded = old.upgrade();
    await until(
      async () =>
        (await tx`SELECT FROM pg_locks WHERE NOT granted AND relation = 'carriers'::regclass`).length,
    );
    await sql`SELECT count(*) FROM carriers`;
  });
  await upgraded;
  const [{ usual }] = await sql<[{ usual: string }]>`
    SELECT column_default AS usual FROM information_schema.columns
    WHERE table_name = 'carriers' AND column_name = 'sender_rules'`;
  expect(usual).toContain('check');
});

test('an upgrade that what is stored does not allow fails with that, and is not tried again', async () => {
  await using database = await createEmptyDatabase();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'otpost-test-migrations-'));
  await mkdir(join(folder.path, '20260101000000_refused'));
  await writeFile(
    join(folder.path, '20260101000000_refused', 'migration.sql'),
    'CREATE TABLE t AS SELECT 1 AS x; ALTER TABLE t ADD CHECK (x > 1);',
  );
  const failure = migrate(database.url, folder.path);
  await expect(failure).rejects.toMatchObject({
    cause: { code: '23514' },
    message: expect.not.stringMatching(/stay in use/) as string,
  });
});
