import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import type { EventType } from '../../src/events/catalog.ts';
import { uuidOf } from '../../src/ids.ts';
import { cancelVerification } from '../../src/verifications/cancel.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, type Caller } from '../support/graphql.ts';
import { until } from '../support/until.ts';
import {
  codeOf,
  createNumbers,
  happened,
  historyOf,
  messagesOf,
  start,
  stateOf,
  wrong,
} from '../support/verifying.ts';

// An account without any carrier or route, on an installation without a simulator.

const aNumber = createNumbers(8_100_000);
/** By the digit behind 555-01, see `src/sandbox/README.md`; the last digit is free. */
const NUMBERS = {
  undelivered: '+12025550133',
  delayed: '+12025550143',
  rejected: '+12025550153',
  lost: '+12025550163',
  blocked: '+12025550173',
  expired: '+12025550183',
};
let main: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api,worker' });
  app = main.app;
  ({ who, caller } = await anAccount());
});
afterAll(() => main[Symbol.asyncDispose]());

async function anAccount(settings = {}): Promise<{ who: Principal; caller: Caller }> {
  const { accountId } = await createTestAccount(app, settings);
  const { key, row } = await createApiKey(app, accountId, { name: 'CI', mode: 'test' });
  return {
    who: { kind: 'apiKey', accountId, apiKeyId: row.id, mode: 'test' },
    caller: callerWith(app, key),
  };
}

const SENT: EventType[] = ['VerificationStarted', 'MessageQueued', 'MessageSent'];

async function attemptsOf({ accountId, id }: VerificationRow) {
  return app.sql<{ status: string; errorCode: string | null }[]>`
    SELECT status, error_code AS "errorCode" FROM attempts
    WHERE account_id = ${uuidOf(accountId)} AND verification_id = ${uuidOf(id)} ORDER BY id`;
}

describe('a test', () => {
  test('to any number is delivered without a carrier, and approved with its code', async () => {
    const v = await start(app, who, aNumber());
    expect(await happened(app, v, 'MessageDelivered')).toEqual([...SENT, 'MessageDelivered']);
    await checkVerification(app, who, { verificationId: v.id, code: await codeOf(app, v) });
    expect(await historyOf(app, v)).toEqual([...SENT, 'MessageDelivered', 'VerificationApproved']);
    expect(await messagesOf(app, v)).toMatchObject([
      { mode: 'test', status: 'delivered', segments: 1, dueAt: null },
    ]);
  });

  test('to `undelivered` is taken, and reported as an unknown number', async () => {
    const v = await start(app, who, NUMBERS.undelivered);
    expect(await happened(app, v, 'MessageUndelivered')).toEqual([...SENT, 'MessageUndelivered']);
    expect(await attemptsOf(v)).toEqual([
      { status: 'undelivered', errorCode: '001' },
      { status: 'undelivered', errorCode: '001' },
    ]);
    expect(await stateOf(app, v)).toMatchObject({ status: 'pending' });
  });

  test('to `delayed` gets its receipt after 20 seconds', async () => {
    const v = await start(app, who, NUMBERS.delayed);
    expect(await happened(app, v, 'MessageSent')).toEqual(SENT);
    const rows = await app.sql<{ dueAt: Date }[]>`SELECT due_at AS "dueAt" FROM sandbox_receipts`;
    expect(rows[0]!.dueAt.getTime() - v.createdAt.getTime()).toBeGreaterThan(19_000);
    expect(rows[0]!.dueAt.getTime() - v.createdAt.getTime()).toBeLessThan(25_000);
    await cancelVerification(app, who, v.id);
  });

  test('to `rejected` is refused for good, and its verification fails', async () => {
    const v = await start(app, who, NUMBERS.rejected);
    expect(await happened(app, v, 'VerificationFailed')).toEqual([
      'VerificationStarted',
      'MessageQueued',
      'MessageFailed',
      'VerificationFailed',
    ]);
    expect(await attemptsOf(v)).toEqual([{ status: 'rejected', errorCode: '0x0000000b' }]);
    expect(await stateOf(app, v)).toMatchObject({ status: 'failed', failureReason: 'undeliverable' });
  });

  test('to `lost` is taken, and no receipt will ever come', async () => {
    const v = await start(app, who, NUMBERS.lost);
    expect(await happened(app, v, 'MessageSent')).toEqual(SENT);
    const [message] = await messagesOf(app, v);
    expect(message!.dueAt).toEqual(v.expiresAt);
    expect(
      await app.sql`SELECT 1 FROM sandbox_receipts r JOIN attempts a ON a.id = r.attempt_id
      WHERE a.verification_id = ${uuidOf(v.id)}`,
    ).toHaveLength(0);
  });

  test('to `blocked` is not started: its owner wants no messages', async () => {
    await expect(start(app, who, NUMBERS.blocked)).rejects.toMatchObject({ code: 'destination/opted_out' });
  });

  test('to `expired` is over within seconds, and says so to the right code', async () => {
    const v = await start(app, who, NUMBERS.expired);
    expect(v.expiresAt.getTime() - v.createdAt.getTime()).toBe(3_000);
    const code = await codeOf(app, v);
    expect((await happened(app, v, 'VerificationExpired')).slice(0, 3)).toEqual(SENT);
    await expect(checkVerification(app, who, { verificationId: v.id, code })).rejects.toMatchObject({
      code: 'verification/expired',
    });
    expect(await happened(app, v, 'MessageExpired')).toContain('MessageExpired');
  });

  test('shows its whole way: the route, the carrier and the choice of the sandbox', async () => {
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageDelivered');
    const answer = await caller.ask(
      `query ($id: ID!) { verification(id: $id) { mode messages(first: 1) { nodes { mode status sender attempts {
        status latencyMs operator
        route { id name priority price countries carrier { id name } }
        carrier { id name enabled region config secrets senderRules }
        decision { score excluded route { name carrier { name } } } } } } } }`,
      { id: v.id },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer).toMatchObject({
      data: {
        verification: {
          mode: 'TEST',
          messages: {
            nodes: [
              {
                mode: 'TEST',
                status: 'DELIVERED',
                attempts: [
                  {
                    status: 'DELIVERED',
                    route: { name: 'Sandbox', price: 0, carrier: { name: 'Sandbox' } },
                    carrier: { name: 'Sandbox', config: { kind: 'sandbox' }, secrets: [] },
                    decision: [],
                  },
                ],
              },
            ],
          },
        },
      },
    });
  });
});

describe('the code of a test', () => {
  const START = `mutation ($to: String!) { startVerification(input: { to: $to }) {
    ... on Verification { id sandboxCode clientToken } } }`;
  const READ = 'query ($id: ID!) { verification(id: $id) { sandboxCode } }';

  test('is read with a test key, from the start to the end', async () => {
    const { data } = await caller.ask(START, { to: aNumber() });
    const { id, sandboxCode } = data!.startVerification as { id: VerificationRow['id']; sandboxCode: string };
    const key = { accountId: who.accountId, id };
    expect(sandboxCode).toBe(await codeOf(app, key));
    expect((await caller.ask(READ, { id })).data).toEqual({ verification: { sandboxCode } });
    await checkVerification(app, who, { verificationId: id, code: sandboxCode });
    expect((await caller.ask(READ, { id })).data).toEqual({ verification: { sandboxCode } });
  });

  test('is read with nothing else: not that of a live one, nor with a client token', async () => {
    const { accountId } = who;
    const live = callerWith(app, (await createApiKey(app, accountId, { name: 'Live' })).key);
    const started = (await live.ask(START, { to: aNumber() })).data!.startVerification;
    expect(started).toMatchObject({ sandboxCode: null });
    const test = (await caller.ask(START, { to: aNumber() })).data!.startVerification as {
      id: string;
      clientToken: string;
    };
    const watch = `subscription { verificationEvents(verificationId: "${test.id}") { verification { sandboxCode } } }`;
    const refused = await callerWith(app, test.clientToken).ask(watch);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'auth/forbidden' } }]);
  });
});

describe('tests are never limited', () => {
  test('neither in sends, nor by pauses between them, nor by wrong codes in a row', async () => {
    const { who } = await anAccount({
      maxSends: 1,
      coolDownSeconds: 3_600,
      maxSendsPerDay: 1,
      lockAfterFailedChecks: 10,
    });
    const to = aNumber();
    for (let round = 0; round < 4; round++) {
      const v = await start(app, who, to);
      for (let send = 0; send < 5; send++) {
        const again = await start(app, who, to);
        expect(again).toMatchObject({ id: v.id, sendsLeft: 1, nextSendAt: null });
      }
      const code = wrong(await codeOf(app, v));
      // Those of one verification are, as they are in earnest.
      for (let check = 0; check < 4; check++)
        await expect(checkVerification(app, who, { verificationId: v.id, code })).rejects.toMatchObject({
          code: 'verification/wrong_code',
        });
      await expect(checkVerification(app, who, { verificationId: v.id, code })).rejects.toMatchObject({
        code: 'verification/too_many_checks',
      });
    }
  });

  test('nor by countries', async () => {
    const { who } = await anAccount({ allowedCountries: ['HR'] });
    const v = await start(app, who, '+4915123456789');
    expect(await happened(app, v, 'MessageDelivered')).toContain('MessageDelivered');
  });
});

test('sandboxNumbers names a number for each outcome', async () => {
  const { data } = await caller.ask('{ sandboxNumbers { outcome first last } }');
  const { sandboxNumbers } = data as { sandboxNumbers: { outcome: string; first: string; last: string }[] };
  expect(sandboxNumbers.map(({ outcome }) => outcome)).toEqual([
    'DELIVERED',
    'UNDELIVERED',
    'DELAYED',
    'REJECTED',
    'LOST',
    'BLOCKED',
    'EXPIRED',
  ]);
  expect(sandboxNumbers[3]).toEqual({ outcome: 'REJECTED', first: '+12025550150', last: '+12025550159' });
});

test('nothing is owed when all receipts were given', async () => {
  await until(async () => (await app.sql`SELECT 1 FROM sandbox_receipts WHERE due_at < now()`).length === 0);
});
