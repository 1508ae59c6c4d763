import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { rollUp } from '../../src/analytics/roll-up.ts';
import { watchRouting } from '../../src/analytics/watch-routing.ts';
import { uuidOf } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';
import { readOpenAlarms } from '../../src/routing/alarms.ts';
import { createEvidenceExchange } from '../../src/routing/evidence-exchange.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createProcess } from '../support/process-app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { createStillClock, pass } from '../support/still-clock.ts';
import { attemptsOf, createNumbers, happened, received, start } from '../support/verifying.ts';

// Alarms that the attempts alone are too few for: the router leads around a route before that.

const clock = createStillClock();
const aNumber = createNumbers(8_800_000);

let main: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' }, { clock: clock.now });
  app = main.app;
  connect = createCarriers(app);
});
afterAll(() => main[Symbol.asyncDispose]());

/** An account whose traffic goes over its first route, the cheap one, as long as that is well. */
async function withTwoRoutes() {
  const who = await createTestAccount(app, { routing: 'adaptive' });
  const cheap = await connect(who, { profile: 'normal', receiptMs: [0, 0] });
  await connect(who, 'instant');
  await app.sql`UPDATE routes SET price = 0.2 WHERE account_id = ${uuidOf(who.accountId)} AND name = 'instant'`;
  return { who, cheap };
}

/**
 * A few minutes with three messages each, at whose ends somebody looks for alarms.
 * @param types whether the person types the code in that came over a carrier
 * @param reports whether the carrier sends receipts
 * @returns how many messages the cheap route had
 */
async function minutes(
  who: Principal,
  count: number,
  types: (carrier: string) => boolean = everybody,
  reports = types,
  looks = true,
): Promise<number> {
  let cheap = 0;
  for (let i = 0; i < 3 * count; i++) {
    const to = aNumber();
    const v = await start(app, who, to);
    await happened(app, v, 'MessageSent');
    const [first] = await attemptsOf(app, v);
    // What is reported is so at once, before any time passes.
    if (reports(first!.carrier)) await happened(app, v, 'MessageDelivered');
    await pass(app, who, clock, 12_000);
    const attempts = await attemptsOf(app, v);
    cheap += attempts.filter(({ carrier }) => carrier === 'normal').length;
    if (types(first!.carrier)) {
      const [code] = await received(app, to);
      await checkVerification(app, who, { verificationId: v.id, code: code! });
    }
    await pass(app, who, clock, 8_000);
    if (looks && i % 3 === 2) await look();
  }
  return cheap;
}

const everybody = () => true;
const isReal = (carrier: string) => carrier === 'instant';

async function look(by: App = app): Promise<void> {
  await rollUp(by);
  await watchRouting(by);
}

const kinds = async (who: Principal) => (await readOpenAlarms(app, who.accountId)).map(({ kind }) => kind);

// The first: no look that the worker takes by itself, each minute, comes in between.
test('what one worker has learned is told of by whichever looks', async () => {
  const { who, cheap } = await withTwoRoutes();
  await minutes(who, 15);
  app.simulator!.change(cheap.systemId, 'blackhole');
  await minutes(who, 12, everybody, isReal, false);
  expect(await kinds(who)).toEqual([]);
  await app.single(createEvidenceExchange).exchange();
  await using other = createProcess({ database: app, clock: clock.now });
  await look(other);
  expect(await kinds(who)).toEqual(['blackHole']);
});

test('a black hole that the router leaves after a few messages is told of, until it delivers again', async () => {
  const { who, cheap } = await withTwoRoutes();
  expect(await minutes(who, 15)).toBeGreaterThan(40);
  expect(await kinds(who)).toEqual([]);
  app.simulator!.change(cheap.systemId, 'blackhole');
  let swallowed = 0;
  for (let i = 0; i < 12 && (await kinds(who)).length === 0; i++)
    swallowed += await minutes(who, 1, everybody, isReal);
  const [alarm] = await readOpenAlarms(app, who.accountId);
  expect(alarm).toMatchObject({ kind: 'blackHole', facts: { observed: 0 } });
  // Ten are the fewest that are a run of silence by themselves.
  expect(swallowed).toBeLessThan(10);
  expect(alarm!.facts.attempts).toBeLessThanOrEqual(swallowed);
  expect(alarm!.facts.expected).toBeGreaterThan(0.8);
  // What was swallowed is not among the latest attempts any more: it lasts all the same.
  await minutes(who, 18, everybody, isReal);
  expect(await kinds(who)).toEqual(['blackHole']);
  app.simulator!.change(cheap.systemId, { profile: 'normal', receiptMs: [0, 0] });
  for (let i = 0; i < 30 && (await kinds(who)).length > 0; i++) await minutes(who, 1);
  expect(await kinds(who)).toEqual([]);
});

test('a carrier that reports what nobody gets is told of, and loses its traffic', async () => {
  const { who } = await withTwoRoutes();
  await minutes(who, 15);
  for (let i = 0; i < 10 && (await kinds(who)).length === 0; i++) await minutes(who, 1, isReal, everybody);
  const [alarm] = await readOpenAlarms(app, who.accountId);
  expect(alarm).toMatchObject({ kind: 'noConversions', facts: { observed: 0 } });
  expect(await minutes(who, 5, isReal, everybody)).toBeLessThanOrEqual(3);
});
