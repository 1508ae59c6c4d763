import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { uuidOf, type CarrierId } from '../../src/ids.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { claimMessages, LEASE_MS, type ClaimedMessage } from '../../src/messages/claim.ts';
import { LOG_SERIALIZERS } from '../../src/log-errors.ts';
import { planAttempts, type Plan } from '../../src/messages/plan.ts';
import { createPlanner } from '../../src/messages/plan-claim.ts';
import { commitFacts, SETTLE_BATCH } from '../../src/messages/settle.ts';
import { readDecision } from '../../src/routing/read-decision.ts';
import { createPolicies } from '../../src/routing/policies.ts';
import type { ObservationKind } from '../../src/routing/policy.ts';
import { listRoutes } from '../../src/routing/queries.ts';
import type { ServiceSettingsInput } from '../../src/services/settings.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCarriersByHand, type CarriersByHand } from '../support/carriers-by-hand.ts';
import { attemptsOf, createClock, createNumbers, messagesOf, start } from '../support/verifying.ts';

const ADAPTIVE = { strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: 600_000 } as const;

const clock = createClock();
const logged: string[] = [];
const aNumber = createNumbers(9_100_000);

// No process dispatches: the tests are the workers. What is started is started by another process, so that
// this one has nothing of an account in its memory yet.
let main: TestApp;
let front: TestApp;
let app: TestApp['app'];
let other: TestApp['app'];
let carriers: CarriersByHand;

beforeAll(async () => {
  const log = pino(
    { level: 'error', serializers: LOG_SERIALIZERS },
    { write: (line) => void logged.push(line) },
  );
  main = await createTestApp({ ROLES: 'simulator' }, { clock: clock.now, log });
  front = await createTestApp({ ROLES: 'simulator', DATABASE_URL: main.databaseUrl }, { clock: clock.now });
  [app, other] = [main.app, front.app];
  carriers = createCarriersByHand(other);
});
afterAll(async () => {
  await carriers[Symbol.asyncDispose]();
  await front[Symbol.asyncDispose]();
  await main[Symbol.asyncDispose]();
});

/** Takes what is due of some accounts, as a worker does. */
async function claim(...of: Principal[]): Promise<ClaimedMessage[]> {
  const claimed = await claimMessages(app.sql, 'live', 1_000, clock.now());
  return claimed.filter(({ accountId }) => of.some((who) => who.accountId === accountId));
}

async function settle({ facts }: Pick<Plan, 'facts'>): Promise<void> {
  await Promise.all(facts.map((fact) => app.batched(commitFacts, SETTLE_BATCH).add(fact)));
}

async function createAccountWithCarrier(settings: ServiceSettingsInput = {}): Promise<Principal> {
  const who = await createTestAccount(other, settings);
  await carriers.add(who);
  return who;
}

describe('workers that die', () => {
  test('each after it wrote, send a message no more often than its service allows', async () => {
    const who = await createAccountWithCarrier({ retry: { maxAttempts: 3 } });
    const v = await start(other, who, aNumber());
    for (let worker = 0; worker < 6; worker++) {
      await settle(await planAttempts(app, carriers.links, await claim(who)));
      clock.advance(LEASE_MS + 1);
    }
    expect((await attemptsOf(app, v)).map(({ status }) => status)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(await messagesOf(app, v)).toMatchObject([
      { status: 'failed', attemptsSpent: 3, failureReason: expect.stringContaining('unknown') as string },
    ]);
  });
});

describe('the messages of one claim', () => {
  test('to one place are ranked once for as long as the same carriers have room', async () => {
    const who = await createTestAccount(other, { routing: 'adaptive' });
    const [small, big] = [await carriers.add(who, 2), await carriers.add(who)];
    const numbers = [aNumber(), aNumber(), aNumber(), aNumber(), '+38640100200'];
    await Promise.all(numbers.map((to) => start(other, who, to)));
    const policy = await app.single(createPolicies).of(who.accountId, ADAPTIVE);
    using choose = vi.spyOn(policy, 'choose');
    const { attempts } = await planAttempts(app, carriers.links, await claim(who));
    expect(attempts.map(({ carrier }) => carrier.id)).toEqual([small, small, big, big, big]);
    const decisions = await Promise.all(
      attempts.map(({ attempt }) => readDecision(app, who.accountId, attempt.decision)),
    );
    const why = decisions.map((decision) => decision.map(({ excluded }) => excluded));
    const [open, full] = [
      [undefined, undefined],
      [undefined, 'the window is full'],
    ];
    expect(why).toEqual([open, open, full, full, full]);
    expect(choose.mock.calls.map(([{ country }]) => country).toSorted()).toEqual(['HR', 'HR', 'SI']);
  });
});

interface Past {
  carrier: CarrierId;
  /** What the carriers said, in turn. */
  kinds: readonly ObservationKind[];
  count: number;
  /** Seconds since the last one. */
  agoS?: number;
}

/** Has an account's policy hear of messages, one a second. */
async function hear(who: Principal, { carrier, kinds, count, agoS = 0 }: Past): Promise<void> {
  const policies = app.single(createPolicies);
  await policies.of(who.accountId, ADAPTIVE);
  const [route] = (await listRoutes(app, who)).filter(({ carrierId }) => carrierId === carrier);
  for (let i = count; i > 0; i--) {
    const at = clock.now() - (agoS + i) * 1_000;
    const about = { routeId: route!.id, country: 'HR', attemptId: newId('att'), at };
    policies.observe(who.accountId, { ...about, kind: 'submitted' });
    policies.observe(who.accountId, { ...about, kind: kinds[i % kinds.length]! });
  }
}

describe('of a hundred messages that are due at once', () => {
  const [yes, no] = ['converted', 'rejected'] as const;
  test.each([
    ['nothing is known of', { worked: 0, refused: 0, kinds: [yes, yes, yes, yes, no], count: 60 }],
    ['refused all, a while ago', { worked: 0, refused: 12, kinds: [yes, no], count: 240 }],
    ['did well, and refused all, a while ago', { worked: 60, refused: 12, kinds: [yes, no], count: 1_200 }],
  ])('one has a look at a route that %s, and not a window', async (_what, past) => {
    const { worked, refused, kinds, count } = past;
    const who = await createTestAccount(other, { routing: 'adaptive' });
    const [good, rare] = [await carriers.add(who), await carriers.add(who, 50)];
    await hear(who, { carrier: rare, kinds: [yes], count: worked, agoS: count + refused });
    await hear(who, { carrier: rare, kinds: [no], count: refused, agoS: count });
    await hear(who, { carrier: good, kinds, count });
    await Promise.all(Array.from({ length: 100 }, () => start(other, who, aNumber())));
    const { attempts } = await planAttempts(app, carriers.links, await claim(who));
    const decisions = await Promise.all(
      attempts.map(({ attempt }) => readDecision(app, who.accountId, attempt.decision)),
    );
    const isLook = decisions.map(([first]) => first!.reasons.some(({ factor }) => factor === 'exploring'));
    expect(attempts.map(({ carrier }) => carrier.id)).toEqual([rare, ...Array<CarrierId>(99).fill(good)]);
    expect(isLook).toEqual([true, ...Array<boolean>(99).fill(false)]);
  });
});

type Spoil = (who: Principal) => Promise<unknown>;

/** As a newer version would write them. */
const spoilSettings: Spoil = ({ accountId }) => app.sql`
  UPDATE services SET settings = '{"routing": "priority", "ofNextYear": true}', settings_sealed = NULL
  WHERE account_id = ${uuidOf(accountId)}`;
const mendSettings: Spoil = ({ accountId }) => app.sql`
  UPDATE services SET settings = '{"routing": "priority"}' WHERE account_id = ${uuidOf(accountId)}`;

describe('a message that cannot be planned', () => {
  test.each<[string, Spoil]>([
    ['settings that this version does not understand', spoilSettings],
    [
      'a data key that does not unwrap',
      async (who) => {
        await mendSettings(who);
        await app.sql`UPDATE data_keys SET wrapped = ${randomBytes(61)} WHERE account_id = ${uuidOf(who.accountId)}`;
      },
    ],
    [
      'settings under a data key that does not unwrap',
      ({ accountId }) =>
        app.sql`UPDATE data_keys SET wrapped = ${randomBytes(61)} WHERE account_id = ${uuidOf(accountId)}`,
    ],
    [
      'a code under a key that is not here',
      ({ accountId }) =>
        app.sql`UPDATE verifications SET code_key_id = 'nobodys' WHERE account_id = ${uuidOf(accountId)}`,
    ],
    [
      'a row that PostgreSQL does not take',
      // No partition keeps its attempts for so long.
      ({ accountId }) => app.sql`UPDATE accounts SET messages_days = 31000 WHERE id = ${uuidOf(accountId)}`,
    ],
  ])('because of %s delays nobody else’s', async (_what, spoil) => {
    const [bad, good] = [await createAccountWithCarrier(), await createAccountWithCarrier()];
    const ofBad = await Promise.all([start(other, bad, aNumber()), start(other, bad, aNumber())]);
    const ofGood = await start(other, good, aNumber());
    await spoil(bad);
    logged.length = 0;
    const claimed = await claim(bad, good);
    expect(claimed).toHaveLength(3);
    const plan = await createPlanner(app, carriers.links)(claimed);
    expect(plan.attempts.map(({ attempt }) => attempt.verificationId)).toEqual([ofGood.id]);
    await settle(plan);
    for (const v of ofBad) {
      const [message] = await messagesOf(app, v);
      expect(message).toMatchObject({ status: 'queued', attemptsSpent: 0 });
      expect(message!.dueAt!.getTime() - clock.now()).toBeLessThanOrEqual(1_000);
      expect(await attemptsOf(app, v)).toEqual([]);
    }
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0]!)).toMatchObject({ accountId: bad.accountId, messages: 2 });
    expect(logged[0]).not.toMatch(/\+?38591/);
  });

  test('waits longer each time, goes out once it can be, and else ends with its verification', async () => {
    const [who, hopeless] = [await createAccountWithCarrier(), await createAccountWithCarrier()];
    const [v, lost] = [await start(other, who, aNumber()), await start(other, hopeless, aNumber())];
    await spoilSettings(who);
    await spoilSettings(hopeless);
    const plan = createPlanner(app, carriers.links);
    const waits: number[] = [];
    for (;;) {
      const [message] = await messagesOf(app, lost);
      if (message!.dueAt === null) break;
      waits.push(message!.dueAt.getTime() - clock.now());
      clock.advance(Math.max(0, waits.at(-1)!) + 1);
      if (waits.length === 10) await mendSettings(who);
      const planned = await plan(await claim(who, hopeless));
      for (const { attempt } of planned.attempts) {
        expect(attempt.verificationId).toBe(v.id);
        expect(waits.length).toBeGreaterThanOrEqual(10);
      }
      await settle(planned);
    }
    expect((await attemptsOf(app, v)).length).toBeGreaterThan(0);
    expect(await messagesOf(app, lost)).toMatchObject([{ status: 'expired', attemptsSpent: 0 }]);
    expect(waits.length).toBeGreaterThan(12);
    // 35 to 41 by the jitter; hundreds if it did not wait longer each time.
    expect(waits.length).toBeLessThan(60);
    expect(Math.max(...waits)).toBeGreaterThan(30_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  });
});
