import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { openSecrets } from '../../src/carriers/secrets.ts';
import { ADVISORY_LOCKS } from '../../src/db/advisory-locks.ts';
import { idFromUuid, type AccountId, type VerificationId } from '../../src/ids.ts';
import { SEALED_COLUMNS } from '../../src/keys/sealed-columns.ts';
import type { App } from '../../src/platform.ts';
import { readNumbers } from '../../src/vault/numbers.ts';
import { openPhone } from '../../src/verifications/phone.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { makeEarlierVersion, putAsBefore } from '../support/earlier-version.ts';
import { runToEnd, startOtpost, startProcess, type RunningProcess } from '../support/processes.ts';
import { redisUrl } from '../support/redis.ts';
import { createSealedRows, type SealedRows, type SealedThing } from '../support/sealed-rows.ts';
import { until } from '../support/until.ts';
import { codeOf, createNumbers, start } from '../support/verifying.ts';

// Two processes serve, over Redis, while a third one rotates: numbers in many accounts, and in every column of
// SEALED_COLUMNS something that is read, and changed where it can be, through the product.

const aNumber = createNumbers(6_600_000);
const root = (id: string) => ({ id, secret: randomBytes(32) });
const entry = ({ id, secret }: { id: string; secret: Buffer }) => `${id}:${secret.toString('base64')}`;
const [K1, K2] = [root('k1'), root('k2')];
const ACCOUNTS = 6;
const NUMBERS = 80;
/** Of everything, what an earlier version would have left in the clear. */
const CLEAR = SEALED_COLUMNS.filter(({ clear }) => clear).length;

const stack = new AsyncDisposableStack();
let dir: string;
let main: TestApp;
let other: RunningProcess;
let env: Record<string, string>;
let rows: SealedRows;
const callers: Caller[] = [];
const known: { caller: Caller; id: VerificationId; to: string }[] = [];

interface Caller {
  who: Principal;
  key: string;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'otpost-rotate-'));
  stack.defer(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'keys'), entry(K1));
  const shared = {
    OTPOST_KEYS: '',
    OTPOST_KEYS_FILE: join(dir, 'keys'),
    KEYS_REREAD_SECONDS: '0.5',
    REDIS_URL: redisUrl(),
    REDIS_PREFIX: `otpost-test-${randomBytes(6).toString('hex')}`,
    OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
    // Carriers, clients and people who sign in all come from one address here.
    RATE_LIMIT_STRANGER: 'off',
    ROLES: 'api',
  };
  const port = String(await freePort());
  // Passkeys are for names, and not for addresses.
  const PUBLIC_URL = `http://localhost:${port}`;
  main = stack.use(await createTestApp({ ...shared, PUBLIC_URL, PORT: port }));
  env = { ...shared, PUBLIC_URL, PORT: '0', DATABASE_URL: main.databaseUrl, DATABASE_POOL_SIZE: '4' };
  for (let i = 0; i < ACCOUNTS; i++) {
    const who = await createWaitingAccount(main.app);
    const { key } = await createApiKey(main.app, who.accountId, { name: 'load' });
    callers.push({ who, key });
  }
  await Promise.all(
    callers.flatMap((caller) =>
      Array.from({ length: NUMBERS }, async () => {
        const to = aNumber();
        known.push({ caller, id: (await start(main.app, caller.who, to)).id, to });
      }),
    ),
  );
});
beforeAll(async () => {
  rows = stack.use(await createSealedRows(main.app, { origin: main.app.publicUrl, aNumber }));
  await putAsBefore(main.app, rows.earlier.accountId);
  other = stack.use(await startOtpost({ ...env, ROLES: 'api,worker' }));
});
afterAll(() => stack.disposeAsync());

const START = `mutation ($to: String!) {
  startVerification(input: { to: $to }) { __typename ... on Verification { id to } ... on Error { message } } }`;
const CHECK = `mutation ($id: ID!, $code: String!) {
  checkVerification(input: { verificationId: $id, code: $code }) {
    __typename ... on Verification { id to status } ... on Error { message } } }`;
const READ = 'query ($id: ID!) { verification(id: $id) { id to status } }';

interface Answer {
  id: VerificationId;
  to: string;
  status: string;
  message?: string;
}

async function ask(url: string, { key }: Caller, query: string, variables: object): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    data: Record<string, Answer> | null;
    errors?: { message: string }[];
  };
  const answer = data && Object.values(data)[0];
  if (!answer || errors) throw new Error(`no answer: ${JSON.stringify(errors)}`);
  return answer;
}

const urlsOfBoth = () => [main.app.server!.url, /http:\/\/\S+(?=\/graphql)/.exec(other.lines.join('\n'))![0]];

const nameOf = ({ table, column }: (typeof SEALED_COLUMNS)[number]) => `${table}.${column}`;

/** What is wrong about a thing; what was changed this moment may be remembered as it was, for a moment. */
async function faultOf(thing: SealedThing, url: string): Promise<string | undefined> {
  let read: unknown;
  const isRight = async () => isDeepStrictEqual((read = await thing.read(url)), thing.expected);
  try {
    if (await isRight()) return undefined;
    if (thing.change) await until(isRight, { everyMs: 200 });
    else throw new Error('it differs');
    return undefined;
  } catch (error) {
    const words = [thing.columns.join(), JSON.stringify(read), JSON.stringify(thing.expected), format(error)];
    return words.join(' | ');
  }
}

async function faultsAt(url: string): Promise<string[]> {
  const faults: string[] = [];
  for (const thing of rows.things) faults.push(...([await faultOf(thing, url)].filter(Boolean) as string[]));
  return faults;
}

/** Reads every thing at both processes, and changes what can be changed, over and over until it is stopped. */
function startReading() {
  const urls = urlsOfBoth();
  const faults: string[] = [];
  const reads = new Map(rows.things.map((thing) => [thing, 0]));
  let stopped = false;
  async function loop(things: readonly SealedThing[]): Promise<void> {
    for (let n = 1; !stopped; n++)
      for (const thing of things) {
        const done = reads.get(thing)!;
        if (stopped || done >= (thing.atMost ?? Infinity)) continue;
        const url = urls[n % urls.length]!;
        await thing.change?.(url, n).catch((error: unknown) => faults.push(`a change: ${String(error)}`));
        const fault = await faultOf(thing, url);
        if (fault !== undefined) faults.push(fault);
        reads.set(thing, done + 1);
      }
  }
  const [changing, still] = [true, false].map((is) =>
    rows.things.filter(({ change }) => (change !== undefined) === is),
  );
  const loops = [loop(changing!), loop(still!)];
  onTestFinished(() => void (stopped = true));
  return {
    /** How often the thing was read that was read least. */
    least: () => Math.min(...reads.values()),
    async stop() {
      stopped = true;
      await Promise.all(loops);
      return faults;
    },
  };
}

/** Starts, reads and checks at both processes until it is stopped. @returns what went wrong, and how much went well */
function startLoad() {
  const urls = urlsOfBoth();
  const failures: string[] = [];
  const counts = { starts: 0, reads: 0, checks: 0 };
  let stopped = false;
  let turn = 0;
  const url = () => urls[turn++ % urls.length]!;
  const seen = (what: keyof typeof counts, isRight: boolean, answer: Answer) => {
    counts[what]++;
    if (!isRight) failures.push(`${what}: ${JSON.stringify(answer)}`);
  };

  async function begin(caller: Caller): Promise<void> {
    const to = aNumber();
    const started = await ask(url(), caller, START, { to });
    seen('starts', started.to === to, started);
    known.push({ caller, id: started.id, to });
    const code = await codeOf(main.app, { accountId: caller.who.accountId, id: started.id });
    const checked = await ask(url(), caller, CHECK, { id: started.id, code });
    seen('checks', checked.status === 'APPROVED' && checked.to === to, checked);
  }
  async function read(): Promise<void> {
    const { caller, id, to } = known[Math.floor(Math.random() * known.length)]!;
    const answer = await ask(url(), caller, READ, { id });
    seen('reads', answer.to === to, answer);
  }
  const loop = async (step: () => Promise<void>): Promise<void> => {
    while (!stopped) await step().catch((error: unknown) => failures.push(String(error)));
  };
  const loops = [
    loop(() => begin(callers[turn % ACCOUNTS]!)),
    loop(() => begin(callers[turn % ACCOUNTS]!)),
    loop(read),
    loop(read),
  ];
  onTestFinished(() => void (stopped = true));
  return {
    counts,
    async stop() {
      stopped = true;
      await Promise.all(loops);
      return failures;
    },
  };
}

const rotate = (...args: string[]) => runToEnd({ entry: 'src/rotate-keys.ts', args, env });

async function sealedOf(
  app: App,
  { accountId, id }: { accountId: AccountId; id: VerificationId },
): Promise<Buffer> {
  const numbers = await readNumbers(app.sql, [{ accountId, verificationId: id }]);
  return numbers.get(id)!.numberSealed;
}

/** The numbers of the data keys that stored values are sealed under, by column. */
async function keyNumbers(): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const { table, column } of SEALED_COLUMNS) {
    const sealed = main.app.sql(column);
    const rows = await main.app.sql<{ number: number }[]>`
      SELECT DISTINCT get_byte(${sealed}, 2) AS number FROM ${main.app.sql(table)}
      WHERE ${sealed} IS NOT NULL ORDER BY 1`;
    if (rows.length > 0) found[`${table}.${column}`] = rows.map(({ number }) => number);
  }
  return found;
}

/** Values that an earlier version has left in the clear. */
async function clearValues(): Promise<number> {
  let count = 0;
  for (const { table, clear } of SEALED_COLUMNS) {
    if (!clear) continue;
    const [row] = await main.app.sql<{ count: number }[]>`
      SELECT count(${main.app.sql(clear.column)})::int FROM ${main.app.sql(table)}`;
    count += row!.count;
  }
  return count;
}

const everyColumn = (numbers: number[]) =>
  Object.fromEntries(SEALED_COLUMNS.map((column) => [nameOf(column), numbers]));

describe('a rotation while the installation serves', () => {
  test('there is something to be read in every sealed column: a new one has its row in test/support/sealed-rows.ts', async () => {
    const read = new Set(rows.things.flatMap(({ columns }) => columns));
    expect([...read].sort()).toEqual(SEALED_COLUMNS.map(nameOf).sort());
    expect(await keyNumbers()).toEqual(everyColumn([1]));
    expect(await clearValues()).toBe(CLEAR);
    expect(await faultsAt(urlsOfBoth()[1]!)).toEqual([]);
  });

  test('wraps all data keys under a new key, gives new data keys and seals every value anew, killed in the middle and resumed, with no failed read', async () => {
    const load = startLoad();
    const reading = startReading();
    await until(() => load.counts.checks > 10);
    await writeFile(join(dir, 'keys'), `${entry(K2)}\n${entry(K1)}\n`);

    const begun = await startProcess({
      ...{ entry: 'src/rotate-keys.ts', args: ['--data'], env },
      ready: /^Values sealed anew: \d+ of \d+ \([1-8]?\d %\)$/,
    });
    await begun.kill();
    expect(begun.lines).toContainEqual(expect.stringMatching(/^Wrapped under "k2": \d+ data keys\.$/));
    expect(Object.values(await keyNumbers()).flat()).toEqual(expect.arrayContaining([1, 2]));

    const { ended, lines } = await rotate('--data');
    expect(lines.join('\n')).toMatch(/^Going on with the rotation that began at /m);
    expect(lines.at(-1)).toBe(
      '"k1" may now be removed from OTPOST_KEYS, once "k2" is the first key of every process.',
    );
    expect(ended).toBe(0);
    expect(await keyNumbers()).toEqual(everyColumn([2]));
    expect(await clearValues()).toBe(0);

    const before = { ...load.counts };
    await until(() => load.counts.checks > before.checks + 10 && reading.least() > 1);
    expect(await load.stop()).toEqual([]);
    expect(await reading.stop()).toEqual([]);
    expect(await faultsAt(urlsOfBoth()[0]!)).toEqual([]);
    expect(load.counts.reads).toBeGreaterThan(100);
  });

  test('leaves nothing under the old key: without it everything opens', async () => {
    await writeFile(join(dir, 'keys'), entry(K2));
    await using later = await createTestApp({ ...env });
    const { app } = later;
    for (const { caller, id, to } of known) {
      const key = { accountId: caller.who.accountId, id };
      expect(openPhone(app.keys, key, await sealedOf(app, key))).toBe(to);
    }
    const rows = await app.sql<{ account_id: string; id: string; secrets_sealed: Buffer }[]>`
      SELECT account_id, id, secrets_sealed FROM carriers`;
    for (const { account_id, id, secrets_sealed } of rows) {
      const owner = { accountId: idFromUuid('acc', account_id), id: idFromUuid('car', id) };
      expect(openSecrets(app.keys, owner, secrets_sealed)).toHaveProperty('password');
    }
    expect(await faultsAt(app.server!.url)).toEqual([]);
  });

  test('destroys the old data keys a day later, when nothing under way can need them', async () => {
    const { sql } = main.app;
    const left = async () => {
      const rows = await sql<{ id: string; left: number }[]>`
        SELECT id, count(wrapped)::int AS left FROM data_keys WHERE id LIKE 'D%' GROUP BY id ORDER BY id`;
      return Object.fromEntries(rows.map((row) => [row.id, row.left]));
    };
    await rotate();
    const { D2: all } = await left();
    expect(await left()).toEqual({ D1: all, D2: all });
    await sql`UPDATE data_keys SET retired_at = retired_at - interval '26 hours'`;
    const { lines } = await rotate();
    expect(lines).toContain(
      `Destroyed, because nothing is sealed under them any more: ${all} old data keys.`,
    );
    expect(await left()).toEqual({ D1: 0, D2: all });
    const load = startLoad();
    await until(() => load.counts.checks > 10);
    expect(await load.stop()).toEqual([]);
    // As a process reads it that has just started, and remembers nothing.
    await using fresh = await createTestApp({ ...env });
    expect(await faultsAt(fresh.app.server!.url)).toEqual([]);
  });

  test('seals anew what an earlier version sealed under root keys, and leaves what does not open', async () => {
    await using database = await createTestApp({
      OTPOST_KEYS: `${entry(K1)},${entry(root('index'))}`,
      ROLES: 'api',
    });
    const { app } = database;
    const who = await createWaitingAccount(app);
    const to = aNumber();
    const { id } = await start(app, who, to);
    const damaged = await start(app, who, aNumber());
    await makeEarlierVersion(app, K1);
    const broken = await sealedOf(app, damaged);
    broken[broken.length - 1]! ^= 1;
    await app.sql`
      UPDATE vault.numbers SET number_sealed = ${broken} WHERE verification_id = ${damaged.id.slice(4)}`;

    const own = { DATABASE_URL: database.databaseUrl, KEYS_REREAD_SECONDS: '0.2' };
    const [index] = await app.sql<{ has: boolean }[]>`SELECT EXISTS (SELECT FROM data_keys) AS has`;
    expect(index!.has).toBe(false);
    const keys = `${entry(K2)},${entry(K1)},${entry(root('index'))}`;
    const { lines } = await runToEnd({
      entry: 'src/rotate-keys.ts',
      args: ['--data'],
      env: { ...own, OTPOST_KEYS: keys },
    });
    expect(lines).toContainEqual(
      expect.stringMatching(/^Left as they are, .*: 1 values, the first in vault\.numbers/),
    );
    expect(lines).toContain('Sealed, which an earlier version had left in the clear: 1 values.');
    await using later = await createTestApp({ ...own, OTPOST_KEYS: entry(K2), ROLES: 'api' });
    const key = { accountId: who.accountId, id };
    const sealed = await sealedOf(later.app, key);
    expect(sealed[0]).toBe(0x82);
    expect(openPhone(later.app.keys, key, sealed)).toBe(to);
  });
});

describe('npm run keys:rotate', () => {
  test('says in one line what is wrong', async () => {
    const { ended, lines } = await rotate('--dat');
    expect([ended, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toMatch(/^keys:rotate: Unknown option '--dat'/);
  });

  test('waits for nobody: a second rotation at the same time is refused', async () => {
    const held = await main.app.sql.reserve();
    await held`SELECT pg_advisory_lock(${ADVISORY_LOCKS.keyRotation})`;
    const { ended, lines } = await rotate();
    await held`SELECT pg_advisory_unlock(${ADVISORY_LOCKS.keyRotation})`;
    held.release();
    expect([ended, lines]).toEqual([
      1,
      ['keys:rotate: Another rotation of keys is under way. Wait for its end.'],
    ]);
  });

  test('explains itself', async () => {
    const { ended, lines } = await rotate('--help');
    expect([ended, lines[0]]).toEqual([
      0,
      'Wraps all data keys under the current key-encryption key, while Otpost serves.',
    ]);
  });
});
