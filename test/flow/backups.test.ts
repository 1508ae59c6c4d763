import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { createApp, type RunningApp } from '../../src/app.ts';
import { findBatch } from '../../src/batches/queries.ts';
import { startVerifications } from '../../src/batches/start-verifications.ts';
import type { Config } from '../../src/config.ts';
import { open } from '../../src/crypto/seal.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { receiveInbound } from '../../src/inbound/receive.ts';
import { idFromUuid, uuidOf, type BatchId, type CarrierId } from '../../src/ids.ts';
import { commitLookups } from '../../src/numbers/lookup-store.ts';
import { subjectsOf } from '../../src/subjects/subject.ts';
import { addSafeNumber } from '../../src/verifications/add-safe-number.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { dumpOf } from '../support/account-rows.ts';
import { createTestApp, createWaitingAccount } from '../support/app.ts';
import { canariesIn, codeCanary, numberCanary, type Canary } from '../support/canary.ts';
import { createCaller } from '../support/graphql.ts';
import { findServerWithDump, startServerWithDump, type ServerWithDump } from '../support/pg-dump.ts';
import { sealedValues } from '../support/sealed-values.ts';
import { until } from '../support/until.ts';
import { codeOf, createNumbers, historyOf, messagesOf, start, stateOf } from '../support/verifying.ts';

// What src/subjects/README.md promises of the two backups: what is in which, and what comes of putting them back.

const OURS = '+385997391888';
const WORDS = 'quicksilver';
const aNumber = createNumbers(7_591_001);
/** With PostgreSQL's own programs where a server has them; the embedded one does not. */
const installed = findServerWithDump();

/** Where the README says that hashes of numbers are. */
const LIMITS_AND_WISHES = ['public.destinations', 'public.opt_outs', 'public.safe_numbers'];
const IN_THE_VAULT = [
  'vault.batch_chunks',
  'vault.inbound_messages',
  'vault.number_lookups',
  'vault.numbers',
];

interface World {
  app: RunningApp;
  config: Config;
  who: Principal;
  approved: Awaited<ReturnType<typeof start>>;
  pending: Awaited<ReturnType<typeof start>>;
  to: string;
  stopped: string;
  batchId: BatchId;
  secrets: readonly Canary[];
  subjects: readonly Canary[];
  [Symbol.asyncDispose](): PromiseLike<void>;
}

/** All that is stored of people, with nobody at work: what waits goes on waiting. */
async function createWorld(env: Record<string, string> = {}): Promise<World> {
  const testApp = await createTestApp({ ROLES: 'api', ...env });
  const { app, config } = testApp;
  const who = await createWaitingAccount(app, { coolDownSeconds: 0 });
  const { accountId } = who;
  const [carrier] = await app.sql<{ id: string }[]>`
    SELECT id FROM carriers WHERE account_id = ${uuidOf(accountId)}`;
  const carrierId: CarrierId = idFromUuid('car', carrier!.id);
  await addInboundNumber(app, who, { carrierId, number: OURS });
  const people = Array.from({ length: 4 }, aNumber);
  const [to, waits, stopped, inBatch] = people as [string, string, string, string];
  const approved = await start(app, who, to, { idempotencyKey: 'order 1' });
  await checkVerification(app, who, { verificationId: approved.id, code: await codeOf(app, approved) });
  const pending = await start(app, who, waits);
  const text = (from: string, words: string, part?: { reference: number; total: number; number: number }) =>
    receiveInbound(app, accountId, {
      ...{ carrierId, from, to: OURS, text: words, receivedAt: new Date(app.clock()) },
      ...(part && { part }),
    });
  await text(to, `${WORDS}, and call ${to}`);
  await text(to, `${WORDS} of two`, { reference: 9, total: 2, number: 1 });
  await text(stopped, 'STOP');
  await addSafeNumber(app, who, to);
  const [number] = subjectsOf(app.keys, accountId, to) as [Buffer];
  const now = app.clock();
  const times = { rulesSince: now, lookedUpAt: now, expiresAt: now + 86_400_000 };
  const facts = { operator: '21901', lineType: null, ported: null, reachable: null, ...times };
  await commitLookups(app, [{ accountId, number, facts, cost: 0, at: now }]);
  const { id: batchId } = await startVerifications(app, who, {}, [[JSON.stringify({ to: inBatch })]]);
  return {
    ...{ app, config, who, approved, pending, to, stopped, batchId },
    secrets: [...people.map((one) => numberCanary('a person', one)), codeCanary('a text', WORDS)],
    subjects: people.map((one) => ({
      what: 'a subject',
      forms: subjectsOf(app.keys, accountId, one).map((subject) => subject.toString('hex')),
    })),
    [Symbol.asyncDispose]: () => testApp[Symbol.asyncDispose](),
  };
}

/** The tables that have something, sorted. */
function tablesWith(rows: readonly { table: string; row: string }[], wanted: readonly Canary[]): string[] {
  const found = rows.filter(({ row }) => canariesIn(row, wanted).length > 0);
  return [...new Set(found.map(({ table }) => nameOf(table)))].sort();
}

/** Of a partition, that of its table. */
function nameOf(table: string): string {
  return table.replace(/_(before|d\d+(_(rest|\d{8}))?)$/, '');
}

/** Every sealed value, opened, by its table. */
async function openedValues({ sql, keys }: RunningApp): Promise<{ table: string; row: string }[]> {
  const values: { table: string; row: string }[] = [];
  for await (const { of, at, sealed } of sealedValues(sql)) {
    const table = of.table.includes('.') ? of.table : `public.${of.table}`;
    values.push({ table, row: open(keys, sealed, at) });
  }
  return values;
}

test('outside of the vault there is no number and no text, not even sealed, and of a subject only limits and wishes', async () => {
  await using world = await createWorld();
  const { app, secrets, subjects } = world;
  const rows = await dumpOf(app);
  expect(rows.length).toBeGreaterThan(20);
  expect(tablesWith(rows, secrets)).toEqual([]);
  expect(tablesWith(rows, subjects)).toEqual([...LIMITS_AND_WISHES, ...IN_THE_VAULT].sort());
  const opened = await openedValues(app);
  expect(opened.some(({ table }) => table === 'public.services')).toBe(true);
  expect(tablesWith(opened, secrets)).toEqual([
    'vault.batch_chunks',
    'vault.inbound_messages',
    'vault.numbers',
  ]);
  // Parts that wait are sealed in a form of their own.
  expect(rows.some(({ table }) => table === 'vault.inbound_arrivals')).toBe(true);
  expect(rows.some(({ table }) => table === 'public.inbound_arrivals')).toBe(false);
});

/** A process on what was put back, which does all that it can. */
async function startOn(world: World, databaseUrl: string): Promise<RunningApp> {
  const config = { ...world.config, databaseUrl, roles: ['api', 'worker'] as const };
  return createApp({ ...config, roles: [...config.roles] }, { log: pino({ level: 'silent' }) });
}

const SHOWN = `query ($id: ID!, $to: PhoneNumber!) {
  verification(id: $id) { to status }
  verifications(first: 5, filter: { to: $to }) { nodes { id } }
  inboundMessages(first: 5) { nodes { from text } }
}`;

async function shownBy(app: RunningApp, { who, approved, to }: World): Promise<unknown> {
  const caller = await createCaller(app, who);
  const { data, errors } = await caller.ask(SHOWN, { id: approved.id, to });
  expect(errors).toBeUndefined();
  return data;
}

/** What an installation without its vault does: it serves, sends nothing that it lost, and takes what is new. */
async function servesWithoutNumbers(app: RunningApp, world: World): Promise<void> {
  const { who, pending, batchId, to } = world;
  expect(await shownBy(app, world)).toEqual({
    verification: { to: '+385•••••••••', status: 'APPROVED' },
    verifications: { nodes: [] },
    inboundMessages: { nodes: [] },
  });
  await until(async () => (await findBatch(app, who, batchId))?.status === 'done', { what: 'the batch' });
  expect(await app.sql`SELECT 1 FROM batch_results WHERE verification_id IS NOT NULL`).toEqual([]);
  await until(async () => (await messagesOf(app, pending)).every(({ dueAt }) => dueAt === null));
  expect(await app.sql`SELECT 1 FROM attempts`).toEqual([]);
  expect(await historyOf(app, pending)).not.toContain('MessageSent');
  const next = await start(app, who, to);
  expect(await stateOf(app, next)).toMatchObject({ status: 'pending', country: 'HR' });
  await checkVerification(app, who, { verificationId: next.id, code: await codeOf(app, next) });
  expect(await stateOf(app, next)).toMatchObject({ status: 'approved' });
}

test('an installation whose vault is empty starts and serves, with numbers masked', async () => {
  await using world = await createWorld();
  const { sql } = world.app;
  const vault = await sql<{ name: string }[]>`
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'vault'`;
  await sql.unsafe(`TRUNCATE ${vault.map(({ name }) => name).join()}`);
  await using second = await startOn(world, world.config.databaseUrl);
  await servesWithoutNumbers(second, world);
});

describe.skipIf(installed === undefined)('the backups that pg_dump makes', () => {
  let server: ServerWithDump;
  let world: World;

  beforeAll(async () => {
    server = await startServerWithDump(installed!);
    world = await createWorld({ DATABASE_URL: await server.createDatabase('migrated') });
    // The commands of the README, to the letter but for the places.
    const readme = await readFile('src/subjects/README.md', 'utf8');
    const commands = [...readme.matchAll(/^pg_dump (.+) "\$DATABASE_URL"$/gm)].map(([, said]) => said!);
    expect(commands).toHaveLength(2);
    for (const said of commands) {
      const flags = said.split(' ').map((flag) => flag.replaceAll("'", ''));
      const placed = flags.map((flag) => flag.replace(/^--file=/, `--file=${server.folder}/`));
      await server.pgDump(...placed, world.config.databaseUrl);
    }
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const dump = (name: string) => join(server.folder, `${name}.dump`);

  async function restored(...names: string[]): Promise<string> {
    const url = await server.createDatabase();
    for (const name of names) await server.pgRestore('--exit-on-error', `--dbname=${url}`, dump(name));
    return url;
  }

  /** Every row of a dump, with the table that it is a row of. */
  async function rowsIn(name: string): Promise<{ table: string; row: string }[]> {
    const rows: { table: string; row: string }[] = [];
    let table = '';
    for (const row of (await server.pgRestore('--file=-', dump(name))).split('\n')) {
      const copied = /^COPY ([\w.]+) /.exec(row);
      if (copied) table = copied[1]!;
      else if (row === '\\.') table = '';
      else rows.push({ table, row });
    }
    return rows;
  }

  test('the one without the vault has no number and no text, and of a subject only limits and wishes', async () => {
    const rows = await rowsIn('otpost');
    expect(new Set(rows.map(({ table }) => nameOf(table))).size).toBeGreaterThan(12);
    expect(tablesWith(rows, world.secrets)).toEqual([]);
    expect(tablesWith(rows, world.subjects)).toEqual(LIMITS_AND_WISHES);
    expect(rows.filter(({ table }) => table.startsWith('vault.'))).toEqual([]);
    // And the other one has all that is missing.
    expect(tablesWith(await rowsIn('vault'), world.subjects)).toEqual(IN_THE_VAULT);
  });

  test('the one without the vault, put back, starts and serves, with numbers masked', async () => {
    await using app = await startOn(world, await restored('otpost'));
    await servesWithoutNumbers(app, world);
  });

  test('one without even the vault’s tables is no backup: no process starts on it', async () => {
    await server.pgDump(
      ...['--format=custom', '--exclude-schema=vault', `--file=${dump('bare')}`],
      world.config.databaseUrl,
    );
    await expect(startOn(world, await restored('bare'))).rejects.toThrow('vault');
  });

  test('both, put back, show what there was', async () => {
    await using app = await startOn(world, await restored('otpost', 'vault'));
    expect(await shownBy(app, world)).toEqual({
      verification: { to: world.to, status: 'APPROVED' },
      verifications: { nodes: [{ id: world.approved.id }] },
      inboundMessages: {
        nodes: [
          { from: world.stopped, text: 'STOP' },
          { from: world.to, text: `${WORDS}, and call ${world.to}` },
        ],
      },
    });
    const { who, batchId } = world;
    await until(async () => (await findBatch(app, who, batchId))?.status === 'done', { what: 'the batch' });
    expect(await app.sql`SELECT 1 FROM batch_results WHERE verification_id IS NOT NULL`).toHaveLength(1);
  });
});
