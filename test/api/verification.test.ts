import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import {
  CancelVerificationDocument,
  CheckVerificationDocument,
  MessageDocument,
  StartVerificationDocument,
  UnlockDestinationDocument,
  VerificationDocument,
  VerificationsDocument,
  VerificationTraceDocument,
} from '../../src/graphql/generated/graphql.ts';
import type { VerificationId } from '../../src/ids.ts';
import { connectSimulated, createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, codesOf, createCaller, type Caller } from '../support/graphql.ts';
import { codeOf, createClock, createNumbers, received, wrong } from '../support/verifying.ts';
import { until } from '../support/until.ts';

const clock = createClock();
const aNumber = createNumbers(2_000_000);
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  testApp = await createTestApp({}, { clock: clock.now });
  app = testApp.app;
  who = await createTestAccount(app, { coolDownSeconds: 0, maxChecks: 3 });
  await connectSimulated(app, who, ['instant']);
  caller = await createCaller(app, who);
});
afterAll(() => testApp[Symbol.asyncDispose]());

async function started(to = aNumber(), by = caller) {
  const { startVerification } = await by.run(StartVerificationDocument, { input: { to } });
  if (startVerification.__typename !== 'Verification') throw new Error(startVerification.message);
  return { ...startVerification, to, id: startVerification.id as VerificationId };
}

async function check(verificationId: string, code: string) {
  return (await caller.run(CheckVerificationDocument, { input: { verificationId, code } })).checkVerification;
}

function codeFor(id: VerificationId): Promise<string> {
  return codeOf(app, { accountId: who.accountId, id });
}

describe('startVerification', () => {
  test('answers with a pending verification and a token for the frontend', async () => {
    const v = await started();
    expect(v).toMatchObject({ __typename: 'Verification', status: 'PENDING', checksLeft: 3 });
    expect(v.clientToken).toMatch(/^otpost_ct_/);
  });

  test('gives a client token on its own answer only', async () => {
    const { id } = await started();
    const { verification } = await caller.run(VerificationDocument, { id });
    expect(verification).toMatchObject({ id, clientToken: null });
  });

  test.each([
    ['a number that does not exist', '+385001'],
    ['a number with letters', '+38591ABC1234'],
    ['nothing', ''],
    ['a text that is far too long', '9'.repeat(10_000)],
  ])('refuses %s as InvalidPhoneNumber', async (_what, to) => {
    const { startVerification } = await caller.run(StartVerificationDocument, { input: { to } });
    expect(startVerification).toMatchObject({ __typename: 'InvalidPhoneNumber', code: 'input/phone_number' });
  });

  test('refuses an idempotency key of 10,000 characters, and names the field', async () => {
    const answer = await caller.ask(
      `mutation ($input: StartVerificationInput!) {
        startVerification(input: $input) { __typename ... on InvalidInput { field code message docUrl } }
      }`,
      { input: { to: aNumber(), idempotencyKey: 'k'.repeat(10_000) } },
    );
    expect(answer.data!.startVerification).toMatchObject({
      __typename: 'InvalidInput',
      field: 'idempotencyKey',
      code: 'input/invalid',
    });
  });

  test('answers a repeated idempotency key with the first verification, another body with IdempotencyConflict', async () => {
    const to = aNumber();
    const input = { to, idempotencyKey: `once-${to}` };
    const first = (await caller.run(StartVerificationDocument, { input })).startVerification;
    const second = (await caller.run(StartVerificationDocument, { input })).startVerification;
    expect(second).toMatchObject({ __typename: 'Verification', id: (first as { id: string }).id });
    const other = await caller.run(StartVerificationDocument, { input: { ...input, to: aNumber() } });
    expect(other.startVerification.__typename).toBe('IdempotencyConflict');
  });

  test('refuses a service that is not there', async () => {
    const { startVerification } = await caller.run(StartVerificationDocument, {
      input: { to: aNumber(), serviceId: 'svc_nothing' },
    });
    expect(startVerification.__typename).toBe('ServiceNotFound');
  });

  test('refuses the sixth send in the window and says when the next may go', async () => {
    const to = aNumber();
    for (let send = 0; send < 5; send++) await started(to);
    const { startVerification } = await caller.run(StartVerificationDocument, { input: { to } });
    expect(startVerification).toMatchObject({
      __typename: 'TooManySends',
      nextSendAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
  });
});

describe('checkVerification', () => {
  test('approves the code that came to the handset, once', async () => {
    const { id, to } = await started();
    const [code] = await received(app, to);
    expect(await check(id, code!)).toMatchObject({ __typename: 'Verification', status: 'APPROVED' });
    expect(await check(id, code!)).toMatchObject({ __typename: 'VerificationAlreadyUsed' });
  });

  test('understands a code as people type it', async () => {
    const { id } = await started();
    const code = await codeFor(id);
    const arabic = [...code].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('');
    expect(await check(id, ` ${arabic.slice(0, 3)}-${arabic.slice(3)} `)).toMatchObject({
      status: 'APPROVED',
    });
  });

  test('says how many checks are left, then that they are used up', async () => {
    const { id } = await started();
    const code = wrong(await codeFor(id));
    expect(await check(id, code)).toMatchObject({ __typename: 'WrongCode', checksLeft: 2 });
    expect(await check(id, code)).toMatchObject({ __typename: 'WrongCode', checksLeft: 1 });
    expect(await check(id, code)).toMatchObject({ __typename: 'TooManyChecks' });
  });

  test('does not count what cannot be a code', async () => {
    const { id } = await started();
    expect(await check(id, '123')).toMatchObject({ __typename: 'InvalidCode', code: 'input/code' });
    expect(await check(id, 'x'.repeat(10_000))).toMatchObject({ __typename: 'InvalidCode' });
    const { verification } = await caller.run(VerificationDocument, { id });
    expect(verification).toMatchObject({ checksLeft: 3 });
  });

  test.each(['vrf_00000000000070008000000000000000', 'vrf_', '', 'msg_00000000000070008000000000000000'])(
    'does not know the verification "%s"',
    async (id) => {
      expect(await check(id, '123456')).toMatchObject({ __typename: 'VerificationNotFound' });
    },
  );

  test('answers too late with the event that it came too late for', async () => {
    const { id } = await started();
    await caller.run(CancelVerificationDocument, { input: { verificationId: id } });
    const answer = await caller.ask(
      `mutation ($input: CheckVerificationInput!) {
        checkVerification(input: $input) {
          __typename
          ... on Error { code message docUrl }
          ... on VerificationEvent { cursor version occurredAt verification { id status } }
        }
      }`,
      { input: { verificationId: id, code: '123456' } },
    );
    expect(answer.data!.checkVerification).toMatchObject({
      __typename: 'VerificationCanceled',
      code: 'verification/canceled',
      message: expect.stringContaining('was canceled') as string,
      verification: { id, status: 'CANCELED' },
      cursor: expect.stringMatching(/^[\w-]{38}$/) as string,
    });
  });

  test('says that a verification has expired', async () => {
    const { id } = await started();
    clock.advance(601_000);
    expect(await check(id, '123456')).toMatchObject({ __typename: 'VerificationExpired' });
  });
});

describe('cancelVerification', () => {
  test('cancels what is pending, and says what has ended already', async () => {
    const { id } = await started();
    const input = { verificationId: id };
    const { cancelVerification } = await caller.run(CancelVerificationDocument, { input });
    expect(cancelVerification).toMatchObject({ __typename: 'Verification', status: 'CANCELED' });
    const other = await started();
    await check(other.id, await codeFor(other.id));
    const late = await caller.run(CancelVerificationDocument, { input: { verificationId: other.id } });
    expect(late.cancelVerification.__typename).toBe('VerificationSettled');
  });
});

describe('unlockDestination', () => {
  test('says whether there was anything to unlock, and what is wrong with a number', async () => {
    const { id, to } = await started();
    await check(id, wrong(await codeFor(id)));
    const unlock = async (number: string) =>
      (await caller.run(UnlockDestinationDocument, { input: { to: number } })).unlockDestination;
    expect(await unlock(to)).toMatchObject({ __typename: 'UnlockedDestination', wasLocked: true });
    expect(await unlock(to)).toMatchObject({ wasLocked: false });
    expect(await unlock('12')).toMatchObject({ __typename: 'InvalidPhoneNumber' });
  });
});

describe('reading', () => {
  test('pages through the verifications of an account, newest first, each once', async () => {
    const owner = await createTestAccount(app);
    const reader = await createCaller(app, owner);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift((await started(aNumber(), reader)).id);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const {
        verifications,
      }: {
        verifications: {
          pageInfo: { hasNextPage: boolean; endCursor: string | null };
          nodes: { id: string }[];
        };
      } = await reader.run(VerificationsDocument, { first: 2, after });
      seen.push(...verifications.nodes.map((node) => node.id));
      after = verifications.pageInfo.hasNextPage ? verifications.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(ids);
  });

  test('filters by status and by number', async () => {
    const one = await started();
    const two = await started();
    await caller.run(CancelVerificationDocument, { input: { verificationId: two.id } });
    const find = async (filter: object) =>
      (await caller.run(VerificationsDocument, { first: 10, filter })).verifications.nodes.map(
        ({ id }) => id,
      );
    expect(await find({ to: one.to })).toEqual([one.id]);
    expect(await find({ to: two.to, status: ['PENDING'] })).toEqual([]);
    expect(await find({ to: two.to, status: ['PENDING', 'CANCELED'] })).toEqual([two.id]);
  });

  test.each([
    ['a page of nothing', 'verifications(first: 0) { nodes { id } }', 'input/invalid'],
    ['a page of 101', 'verifications(first: 101) { nodes { id } }', 'input/invalid'],
    ['a cursor of another list', 'verifications(first: 1, after: "msg_1") { nodes { id } }', 'input/cursor'],
    [
      'a number that cannot be read',
      'verifications(first: 1, filter: { to: "x" }) { nodes { id } }',
      'input/phone_number',
    ],
  ])('refuses %s', async (_what, field, code) => {
    expect(codesOf(await caller.ask(`{ ${field} }`))).toEqual([code]);
  });

  test('traces a message: attempts, carrier, route, and why this route', async () => {
    const { to, id } = await started();
    await received(app, to);
    // The handset has it before the answer and the receipt are committed.
    const trace = await until(
      async () => {
        const { verifications } = await caller.run(VerificationTraceDocument, { first: 1, messages: 1 });
        const latest = verifications.edges[0]!.node;
        return latest.messages.edges[0]!.node.status === 'DELIVERED' ? latest : undefined;
      },
      { what: 'the message to be delivered' },
    );
    expect(trace.id).toBe(id);
    const message = trace.messages.edges[0]!.node;
    expect(message).toMatchObject({ verificationId: id, segments: 1, sender: 'Otpost' });
    expect(message.attempts).toMatchObject([
      {
        route: { name: 'instant' },
        carrier: { name: 'instant' },
        decision: [{ route: { name: 'instant', carrier: { name: 'instant' } }, score: 1, excluded: null }],
      },
    ]);
    const alone = await caller.run(MessageDocument, { id: message.id });
    expect(alone.message).toMatchObject({ id: message.id, status: message.status });
  });
});

describe('another account', () => {
  test('sees nothing of this one, by no way', async () => {
    const { id } = await started();
    const { messages } = (
      await caller.ask('query ($id: ID!) { verification(id: $id) { messages(first: 1) { nodes { id } } } }', {
        id,
      })
    ).data!.verification as { messages: { nodes: { id: string }[] } };
    const service = ((await caller.ask('{ services { id } }')).data!.services as { id: string }[])[0]!;
    const stranger = await createCaller(app, await createTestAccount(app));
    const ids = { v: id, m: messages.nodes[0]!.id, s: service.id };
    const query = `query ($v: ID!, $m: ID!, $s: ID!) {
      verification(id: $v) { id } message(id: $m) { id }
      a: node(id: $v) { id } b: node(id: $m) { id } c: node(id: $s) { id }
      verifications(first: 10) { nodes { id } }
    }`;
    expect((await stranger.ask(query, ids)).data).toEqual({
      verification: null,
      message: null,
      a: null,
      b: null,
      c: null,
      verifications: { nodes: [] },
    });
    expect((await caller.ask(query, ids)).data).toMatchObject({
      verification: { id },
      message: { id: ids.m },
      a: { id },
      b: { id: ids.m },
      c: { id: ids.s },
    });
  });

  test.each(['', 'x', 'acc_00000000000070008000000000000000', 'vrf_zz', '__proto___1'])(
    'node(id: "%s") is null',
    async (id) => {
      expect((await caller.ask('query ($id: ID!) { node(id: $id) { id } }', { id })).data).toEqual({
        node: null,
      });
    },
  );
});

describe('phone numbers', () => {
  test("are shown in full to the account's own key and masked to a client token", async () => {
    const { id, to, clientToken } = await started();
    const { verification } = await caller.run(VerificationDocument, { id });
    expect(verification!.to).toBe(to);
    const token = callerWith(app, clientToken!);
    expect(codesOf(await token.ask(`{ verification(id: "${id}") { to } }`))).toEqual(['auth/forbidden']);
  });
});
