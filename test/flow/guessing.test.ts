import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { readAbuseAlarms } from '../../src/abuse/queries.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createWebhookEndpoint } from '../../src/webhooks/create-endpoint.ts';
import { pageWebhookDeliveries } from '../../src/webhooks/queries.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { openRawSocket, type RawSocket } from '../support/graphql.ts';
import { startOtpost, type RunningProcess } from '../support/processes.ts';
import { redisUrl } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { codeOf, createNumbers, start, stateOf, wrong } from '../support/verifying.ts';

const NUMBERS = 10_000;
const AT_ONCE = 400;
const aNumber = createNumbers(7_100_000);
const secret = () => randomBytes(32).toString('base64');
const env = {
  OTPOST_KEYS: `test:${secret()},index:${secret()}`,
  REDIS_URL: redisUrl(),
  OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32',
  REDIS_PREFIX: `otpost-test-${randomBytes(6).toString('hex')}`,
};

let main: TestApp;
let app: TestApp['app'];
const processes: RunningProcess[] = [];
/** What the process of the test itself logs: it is the fourth. */
const lines: string[] = [];
let urls: string[];

beforeAll(async () => {
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  main = await createTestApp({ ...env, ROLES: 'api' }, { log });
  app = main.app;
  const own = { ROLES: 'api', PORT: '0', DATABASE_URL: main.databaseUrl, DATABASE_POOL_SIZE: '4' };
  processes.push(...(await Promise.all(Array.from({ length: 3 }, () => startOtpost({ ...env, ...own })))));
  urls = processes.map(({ lines }) => /(http:\S+)\/graphql/.exec(lines.join('\n'))![1]!);
});
afterAll(async () => {
  await Promise.all(processes.map((one) => one[Symbol.asyncDispose]()));
  await main[Symbol.asyncDispose]();
});

interface Typed {
  code: string;
  clientAddress: string;
}

interface Caller {
  who: Principal;
  key: string;
}

async function createCaller(): Promise<Caller> {
  const who = await createWaitingAccount(app);
  return { who, key: (await createApiKey(app, who.accountId, { name: 'Test' })).key };
}

/** One check at one of the processes, in turn. @returns `approved`, or the code of its refusal */
async function check({ key }: Caller, i: number, { id }: VerificationRow, body: object): Promise<string> {
  const response = await fetch(`${urls[i % urls.length]}/v1/verifications/${id}/check`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { status, code } = (await response.json()) as { status: string | number; code?: string };
  return code ?? String(status);
}

describe('fifty checks at once over three processes', () => {
  const countsOf = (answers: readonly string[]) =>
    Object.fromEntries(
      [...Map.groupBy(answers, (answer) => answer)].map(([name, all]) => [name, all.length]),
    );

  test('approve once when all of them are right', async () => {
    const caller = await createCaller();
    const v = await start(app, caller.who, aNumber());
    const code = await codeOf(app, v);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => check(caller, i, v, { code })));
    expect(countsOf(answers)).toEqual({ approved: 1, 'verification/already_used': 49 });
    expect(await stateOf(app, v)).toMatchObject({ status: 'approved', checksUsed: 1 });
  });

  test('are looked at five times when they are wrong, and never approve after that', async () => {
    const caller = await createCaller();
    const v = await start(app, caller.who, aNumber());
    const code = await codeOf(app, v);
    const guesses = Array.from({ length: 50 }, (_, i) => check(caller, i, v, { code: wrong(code) }));
    expect(countsOf(await Promise.all(guesses))).toEqual({
      'verification/wrong_code': 4,
      'verification/too_many_checks': 46,
    });
    expect(await check(caller, 0, v, { code })).toBe('verification/too_many_checks');
    expect(await stateOf(app, v)).toMatchObject({ status: 'max_checks_reached', checksUsed: 5 });
  });
});

describe('codes that are guessed on 10,000 numbers', () => {
  async function watch({ key }: Caller): Promise<RawSocket> {
    const socket = await openRawSocket(`${urls[0]}/graphql`);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    await socket.next();
    const query = 'subscription { abuseAlarms { kind address firstChecks wrongChecks windowSeconds } }';
    socket.send({ id: '1', type: 'subscribe', payload: { query } });
    return socket;
  }

  /** Checks each of them once: most in this process, in groups, and the others over HTTP in the other three. */
  async function checkAll(
    caller: Caller,
    all: readonly VerificationRow[],
    bodyOf: (v: VerificationRow, i: number) => Promise<Typed> | Typed,
  ): Promise<void> {
    let next = 0;
    const one = async () => {
      for (let i = next++; i < all.length; i = next++) {
        const v = all[i]!;
        const body = await bodyOf(v, i);
        if (i % 8 < 2) await check(caller, i, v, body);
        else
          await checkVerification(app, caller.who, { verificationId: v.id, ...body }).catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  }

  test('raise one alarm of the account and one of each address that guesses, told everywhere', async () => {
    const [attacked, other] = await Promise.all([createCaller(), createCaller()]);
    // Another account at the same time: of its people every seventh mistypes.
    const people = await Promise.all(Array.from({ length: 210 }, () => start(app, other.who, aNumber())));
    const honest = checkAll(other, people, async (v, i) => {
      const code = await codeOf(app, v);
      return { code: i % 7 === 0 ? wrong(code) : code, clientAddress: '198.51.100.1' };
    });

    await using alarms = await watch(attacked);
    const { row: endpoint } = await createWebhookEndpoint(app, attacked.who, {
      ...{ url: 'https://127.0.0.1/hook', events: ['abuse_alarm.raised'] },
    });
    const all = await Promise.all(Array.from({ length: NUMBERS }, () => start(app, attacked.who, aNumber())));
    // Two addresses that guess on, and one for each five of the rest: too few to tell them from people.
    const addressOf = (i: number) =>
      i % 2 === 0 ? `203.0.113.${1 + (i % 4)}` : `10.${i % 8}.${(i >> 3) % 250}.1`;
    await checkAll(attacked, all, (_v, i) => ({ code: '000000', clientAddress: addressOf(i) }));
    await honest;

    const told = await until(async () => {
      const rows = await readAbuseAlarms(app, attacked.who.accountId, new Date(0));
      return rows.length >= 3 ? rows : undefined;
    });
    expect(told.map(({ kind, address }) => `${kind} ${address}`).sort()).toEqual([
      'codeSpray ',
      'codeSpray 203.0.113.1',
      'codeSpray 203.0.113.3',
    ]);
    for (const { firstChecks, wrongChecks, address } of told) {
      expect(wrongChecks).toBeGreaterThanOrEqual(address === '' ? 50 : 20);
      expect(wrongChecks / firstChecks).toBeGreaterThan(0.8);
    }
    const heard = await Promise.all([alarms.next(), alarms.next(), alarms.next()]);
    expect(
      heard
        .map(
          ({ payload }) =>
            (payload as { data: { abuseAlarms: { address: string | null } } }).data.abuseAlarms,
        )
        .map(({ address }) => address),
    ).toEqual(expect.arrayContaining([null, '203.0.113.1', '203.0.113.3']));
    // Four processes have counted together, and one of them tells the log of each.
    const logged = [...lines, ...processes.flatMap((one) => one.lines)];
    expect(logged.filter((line) => line.includes('abuse alarm'))).toHaveLength(3);
    const queued = await pageWebhookDeliveries(app, attacked.who, endpoint.id, {
      ...{ status: undefined, after: undefined, limit: 10 },
    });
    expect(queued.map(({ alarm }) => alarm!['address']).sort()).toEqual(['203.0.113.1', '203.0.113.3', null]);
    expect(await readAbuseAlarms(app, other.who.accountId, new Date(0))).toEqual([]);
  });

  test('an address that is none is refused, and nothing is counted', async () => {
    const caller = await createCaller();
    const v = await start(app, caller.who, aNumber());
    expect(await check(caller, 0, v, { code: '000000', clientAddress: 'here' })).toBe('input/invalid');
    expect(await stateOf(app, v)).toMatchObject({ checksUsed: 0 });
  });
});
