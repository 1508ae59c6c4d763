import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { uuidOf } from '../../src/ids.ts';
import type { ServiceSettingsInput } from '../../src/services/settings.ts';
import type { ProfileChange } from '../../src/simulator/profile-change.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { createStillClock, pass } from '../support/still-clock.ts';
import {
  attemptsOf,
  codesOn,
  createNumbers,
  happened,
  messagesOf,
  start,
  stateOf,
} from '../support/verifying.ts';

// What is done while nothing is known of a carrier: it takes messages from the first one on, and nobody ever heard of
// one. The other carrier of the account is as new.

const clock = createStillClock();
const aNumber = createNumbers(8_500_000);
const TICK_MS = 2_500;
const NO_RECEIPTS: ProfileChange = { profile: 'noReceipts', receiptMs: [0, 0] };
/** Without a carrier's receipts to go by: 1.5 × 20 s. */
const STRANGERS_WAIT_MS = 30_000;

let main: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' }, { clock: clock.now });
  app = main.app;
  connect = createCarriers(app);
});
afterAll(() => main[Symbol.asyncDispose]());

/** A person who wants a code, and types it in some time after asking, if it is there. */
interface Person {
  to: string;
  v: VerificationRow;
  typesAt: number;
}

/**
 * People ask for a code, one every five seconds; everything that is due in between is done.
 * @param paceOf after how long the n-th one types the code in
 */
async function serve(who: Principal, count: number, paceOf: (n: number) => number): Promise<Person[]> {
  const people: Person[] = [];
  const waiting = new Set<Person>();
  for (let tick = 0; people.length < count || waiting.size > 0; tick++) {
    if (people.length < count && tick % 2 === 0) {
      const to = aNumber();
      const v = await start(app, who, to);
      await happened(app, v, 'MessageSent');
      const person = { to, v, typesAt: clock.now() + paceOf(people.length) };
      people.push(person);
      waiting.add(person);
    }
    await pass(app, who, clock, TICK_MS);
    for (const person of waiting) {
      const [code] = codesOn(app, person.to);
      if (clock.now() >= person.v.expiresAt.getTime()) waiting.delete(person);
      if (code === undefined || clock.now() < person.typesAt) continue;
      waiting.delete(person);
      await checkVerification(app, who, { verificationId: person.v.id, code });
    }
  }
  return people;
}

/** How many messages went out once more. */
async function copiesOf(who: Principal): Promise<number> {
  const [row] = await app.sql<{ count: number }[]>`
    SELECT count(*)::int AS count FROM attempts WHERE account_id = ${uuidOf(who.accountId)} AND is_late`;
  return row!.count;
}

describe('a carrier that swallows everything from its first message', () => {
  test.each<[string, ServiceSettingsInput, number]>([
    ['by priority', {}, 60],
    ['by what is learned', { routing: 'adaptive' }, 5],
  ])(
    'costs nobody a code, %s: 60 of 60 arrive by the other carrier inside their validity',
    async (_what, settings, least) => {
      const who = await createTestAccount(app, settings);
      await connect(who, 'blackhole');
      await connect(who, 'instant');
      const people = await serve(who, 60, () => 1_000);
      let swallowed = 0;
      for (const { v } of people) {
        const attempts = await attemptsOf(app, v);
        if (attempts[0]!.carrier === 'blackhole') swallowed += 1;
        expect(attempts.at(-1)).toMatchObject({ carrier: 'instant', status: 'delivered' });
        const [message] = await messagesOf(app, v);
        const tookMs = message!.deliveredAt!.getTime() - message!.queuedAt.getTime();
        expect(tookMs).toBeLessThan(STRANGERS_WAIT_MS + 2 * TICK_MS);
        expect((await stateOf(app, v)).status).toBe('approved');
      }
      expect(swallowed).toBeGreaterThanOrEqual(least);
    },
  );

  test('is not held for one without receipts because people ask again and get the next code', async () => {
    const who = await createTestAccount(app, { coolDownSeconds: 10 });
    await connect(who, 'blackhole');
    await connect(who, 'instant');
    for (let i = 0; i < 6; i++) {
      const to = aNumber();
      const v = await start(app, who, to);
      await happened(app, v, 'MessageSent');
      await pass(app, who, clock, 12_500);
      await start(app, who, to);
      // The copy of the first message brings the code; of the second one nothing is heard, either.
      for (let ms = 12_500; ms < STRANGERS_WAIT_MS + TICK_MS; ms += TICK_MS)
        await pass(app, who, clock, TICK_MS);
      await happened(app, v, 'MessageDelivered');
      await checkVerification(app, who, { verificationId: v.id, code: codesOn(app, to)[0]! });
      for (let ms = 0; ms < STRANGERS_WAIT_MS; ms += TICK_MS) await pass(app, who, clock, TICK_MS);
    }
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageSent');
    const [message] = await messagesOf(app, v);
    expect(message!.dueAt!.getTime()).toBeLessThanOrEqual(clock.now() + STRANGERS_WAIT_MS);
  });
});

describe('a carrier that delivers and sends no receipts', () => {
  test('has no message doubled whose code is typed in before the wait is over', async () => {
    const who = await createTestAccount(app);
    await connect(who, NO_RECEIPTS);
    await connect(who, 'instant');
    await serve(who, 10, () => 20_000);
    expect(await copiesOf(who)).toBe(0);
  });

  test('has two of 60 messages doubled where every other person takes longer: three that do not prove it', async () => {
    const who = await createTestAccount(app);
    await connect(who, NO_RECEIPTS);
    await connect(who, 'instant');
    const people = await serve(who, 60, (n) => (n % 2 === 0 ? 12_500 : 45_000));
    for (const { v } of people) expect((await stateOf(app, v)).status).toBe('approved');
    expect(await copiesOf(who)).toBe(2);
  });

  test('has its messages sent again when it becomes a black hole', async () => {
    const who = await createTestAccount(app, { ttlSeconds: 120 });
    const first = await connect(who, NO_RECEIPTS);
    await connect(who, 'instant');
    await serve(who, 10, () => 20_000);
    app.simulator!.change(first.systemId, 'blackhole');
    await serve(who, 80, () => 20_000);
    const people = await serve(who, 5, () => 20_000);
    for (const { v } of people) expect((await stateOf(app, v)).status).toBe('approved');
  });
});
