import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import type { Bus, BusListener } from '../../src/bus/bus.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { publishOutcomes } from '../../src/bus/outcomes.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { idFromUuid, uuidOf, type RouteId } from '../../src/ids.ts';
import { createLearner } from '../../src/messages/learner.ts';
import { createPolicies } from '../../src/routing/policies.ts';
import type { Observation, PolicyOptions } from '../../src/routing/policy.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createProcess } from '../support/process-app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import {
  attemptsOf,
  codesOn,
  createClock,
  createNumbers,
  happened,
  start,
  type TestAttempt,
} from '../support/verifying.ts';

const aNumber = createNumbers(7_000_000);
const OPTIONS: PolicyOptions = { strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: 600_000 };

const clock = createClock();

let main: TestApp;
let app: TestApp['app'];
let who: Principal;
let open: AsyncDisposableStack;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'worker,simulator' }, { clock: clock.now });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());
beforeEach(async () => {
  open = new AsyncDisposableStack();
  who = await createTestAccount(app, { routing: 'adaptive' });
});
afterEach(() => open.disposeAsync());

/** Another worker over the same database. */
function createWorker(bus: Bus = createMemoryBus(app.log), clock = Date.now) {
  const worker = open.use(createProcess({ database: app, bus, clock }));
  return { worker, policies: worker.single(createPolicies), learner: worker.single(createLearner) };
}

type Worker = ReturnType<typeof createWorker>;

/** Has a worker submit a message over a route. */
function submit(
  { learner, worker }: Worker,
  routeId: RouteId,
  verificationId = newId('vrf'),
  operator?: string,
  messageId = newId('msg'),
) {
  const attemptId = newId('att');
  const { accountId } = who;
  const expiresAt = worker.clock() + OPTIONS.codeTtlMs;
  learner.submitted({
    accountId,
    verificationId,
    messageId,
    attemptId,
    routeId,
    country: 'HR',
    operator,
    expiresAt,
    isRepeated: false,
    isLate: false,
  });
  return { verificationId, attemptId };
}

/** Everything that a worker's policies are told from now on. */
function observations({ policies }: Worker): Observation[] {
  const seen: Observation[] = [];
  const { observe } = policies;
  policies.observe = (accountId, observation) => {
    seen.push(observation);
    observe(accountId, observation);
  };
  return seen;
}

/** Which of the routes a worker would take now. The first is the cheapest: who knows nothing takes that. */
async function favourite({ policies, worker }: Worker, routes: readonly RouteId[]): Promise<string> {
  const policy = await policies.of(who.accountId, OPTIONS);
  const carrierId = newId('car');
  const candidates = routes.map((routeId, i) => ({ routeId, carrierId, priority: 1, price: i * 0.05 }));
  return policy.choose({ country: 'HR', now: worker.clock() }, candidates, () => 0.5)[0]!.routeId;
}

test('traffic leaves the carrier whose messages nobody gets, without anybody being told', async () => {
  const connect = createCarriers(app);
  await connect(who, 'blackhole');
  await connect(who, { profile: 'normal', receiptMs: [5, 20] });
  const used: string[] = [];
  // One message a second, by the app's clock.
  for (let i = 0; i < 80; i++) {
    const to = aNumber();
    const v = await start(app, who, to);
    await happened(app, v, 'MessageSent');
    const [{ carrier }] = (await attemptsOf(app, v)) as [TestAttempt];
    used.push(carrier);
    if (carrier === 'normal') {
      const code = await until(() => codesOn(app, to)[0]);
      await checkVerification(app, who, { verificationId: v.id, code });
    }
    clock.advance(1_000);
  }
  expect(used.slice(-30).filter((carrier) => carrier === 'blackhole').length).toBeLessThanOrEqual(3);
});

test('asking for a new code takes nothing away from the silence of the carrier that lost the first one', async () => {
  const connect = createCarriers(app);
  await connect(who, 'blackhole');
  await connect(who, { profile: 'normal', receiptMs: [5, 20] });
  await app.sql`UPDATE routes SET price = 0.2 WHERE account_id = ${uuidOf(who.accountId)} AND name = 'normal'`;
  const used: string[] = [];
  const waiting: { to: string; v: VerificationRow; sends: number; actsAt: number }[] = [];
  /** A person asks for a code: types it in 10 s later, or asks again as soon as that is allowed. */
  const ask = async (to: string, sends: number) => {
    const v = await start(app, who, to);
    const { carrier } = await until(async () => (await attemptsOf(app, v))[sends]);
    used.push(carrier);
    const actsAt = carrier === 'normal' ? clock.now() + 10_000 : v.nextSendAt!.getTime();
    waiting.push({ to, v, sends: sends + 1, actsAt });
  };
  // One more person every second.
  for (let second = 0; second < 120; second++) {
    await ask(aNumber(), 0);
    clock.advance(1_000);
    for (const person of waiting.filter(({ actsAt }) => actsAt <= clock.now())) {
      waiting.splice(waiting.indexOf(person), 1);
      const [code] = codesOn(app, person.to);
      if (code === undefined) await ask(person.to, person.sends);
      else await checkVerification(app, who, { verificationId: person.v.id, code });
    }
  }
  expect(used.slice(-30).filter((carrier) => carrier === 'blackhole').length).toBeLessThanOrEqual(3);
});

test('a conversion that another process heard of teaches the one that made the attempt', async () => {
  const bus = createMemoryBus(app.log);
  let ahead = 0;
  const one = createWorker(bus, () => Date.now() + ahead);
  const routes = [newId('rte'), newId('rte')] as const;
  await favourite(one, routes);
  for (const routeId of routes)
    for (let i = 0; i < 40; i++) {
      const { verificationId } = submit(one, routeId);
      if (routeId === routes[1])
        publishOutcomes(bus, [{ kind: 'converted', verificationId, at: one.worker.clock() + 1_000 }]);
    }
  ahead = 120_000;
  await until(async () => (await favourite(one, routes)) === routes[1]);
});

test('what a worker has learned outlives it, and the other workers learn it, too', async () => {
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const bus = createMemoryBus(app.log);
  const [first, second] = [createWorker(bus, clock), createWorker(createMemoryBus(app.log), clock)];
  const routes = [newId('rte'), newId('rte')] as const;
  await favourite(first, routes);
  await favourite(second, routes);
  for (let i = 0; i < 60; i++) {
    submit(first, routes[0]);
    const { verificationId } = submit(first, routes[1]);
    publishOutcomes(bus, [{ kind: 'converted', verificationId, at: clock() + 1_000 }]);
  }
  ahead = 120_000;
  await until(async () => (await favourite(first, routes)) === routes[1]);
  expect(await favourite(second, routes)).toBe(routes[0]);
  await first.policies.exchange();
  await second.policies.exchange();
  expect(await favourite(second, routes)).toBe(routes[1]);
  expect(await favourite(createWorker(createMemoryBus(app.log), clock), routes)).toBe(routes[1]);
});

test('evidence is taken over from every worker, however far its clock is behind', async () => {
  const now = Date.now();
  const save = async (ahead: number) => {
    const { policies } = createWorker(undefined, () => now + ahead);
    await policies.of(who.accountId, OPTIONS);
    const attempt = { routeId: newId('rte'), country: 'HR', attemptId: newId('att'), at: now };
    policies.observe(who.accountId, { ...attempt, kind: 'submitted' });
    await policies.exchange();
    return attempt.attemptId;
  };
  const { policies } = createWorker();
  const sources = async () =>
    (await policies.of(who.accountId, OPTIONS)).snapshot().sources.map(({ source }) => source);
  const first = await save(120_000);
  expect(await sources()).toEqual([first]);
  const second = await save(-120_000);
  await policies.exchange();
  expect((await sources()).toSorted()).toEqual([first, second].toSorted());
});

test('evidence that cannot be saved does not keep the other policies from exchanging theirs', async () => {
  const first = createWorker();
  const routes = [newId('rte'), newId('rte')] as const;
  const nobody = newId('acc');
  const observation = { routeId: routes[0], country: 'HR', attemptId: newId('att'), at: Date.now() };
  await first.policies.of(nobody, OPTIONS);
  first.policies.observe(nobody, { ...observation, kind: 'submitted' });
  await favourite(first, routes);
  first.policies.observe(who.accountId, { ...observation, kind: 'submitted' });
  await expect(first.policies.exchange()).rejects.toThrow(AggregateError);
  const heard = (await createWorker().policies.of(who.accountId, OPTIONS)).snapshot();
  expect(heard.sources.map(({ source }) => source)).toEqual([observation.attemptId]);
});

test('what was said while the bus was away is read from the database', async () => {
  await createCarriers(app)(who, { profile: 'normal', receiptMs: [5, 10] });
  let listener: BusListener | undefined;
  // Nothing arrives over it; it only says, in the end, that something may have been lost.
  const deaf: Bus = {
    ...createMemoryBus(app.log),
    subscribe: (channel, heard) => {
      if (channel === 'outcome') listener = heard;
      return Promise.resolve(() => undefined);
    },
  };
  const one = createWorker(deaf);
  const seen = observations(one);
  const approved = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const to = aNumber();
      const v = await start(app, who, to);
      const code = await until(() => codesOn(app, to)[0]);
      return checkVerification(app, who, { verificationId: v.id, code });
    }),
  );
  const heardOf = approved.map(({ id }) => submit(one, newId('rte'), id).attemptId);
  submit(one, newId('rte'));
  const converted = () => seen.filter(({ kind }) => kind === 'converted').map(({ attemptId }) => attemptId);
  expect(converted()).toEqual([]);
  listener!.onResync();
  await until(() => converted().length >= approved.length);
  expect(converted().toSorted()).toEqual(heardOf.toSorted());
});

test('all that is told of an attempt goes by the operator that it was routed by', async () => {
  const bus = createMemoryBus(app.log);
  const one = createWorker(bus);
  const seen = observations(one);
  const { verificationId, attemptId } = submit(one, newId('rte'), newId('vrf'), '21901');
  submit(one, newId('rte'), newId('vrf'));
  publishOutcomes(bus, [
    { kind: 'delivered', verificationId, attemptId, carrierId: newId('car'), at: Date.now() },
    { kind: 'converted', verificationId, at: Date.now() },
  ]);
  await until(() => seen.some(({ kind }) => kind === 'converted'));
  const told = seen.map((o) => [o.attemptId === attemptId, o.kind, o.operator]);
  expect(told).toEqual([
    [true, 'submitted', '21901'],
    [false, 'submitted', undefined],
    [true, 'delivered', '21901'],
    [true, 'converted', '21901'],
  ]);
});

test('of several attempts by several workers, the one that was delivered last is credited', async () => {
  const bus = createMemoryBus(app.log);
  await createCarriers(app)(who, { profile: 'normal', receiptMs: [5, 10] });
  const to = aNumber();
  const v = await start(app, who, to);
  await happened(app, v, 'MessageDelivered');
  const [real] = await app.sql<{ id: string; route_id: string }[]>`
    SELECT id, route_id FROM attempts WHERE account_id = ${uuidOf(who.accountId)}`;
  const other = createWorker(bus);
  const seen = observations(other);
  const messageId = newId('msg');
  const { attemptId } = submit(other, newId('rte'), v.id, undefined, messageId);
  const delivered = idFromUuid('att', real!.id);
  publishOutcomes(bus, [
    { kind: 'retried', verificationId: v.id, messageId, attemptId: delivered, isLate: false, at: Date.now() },
    { kind: 'converted', verificationId: v.id, at: Date.now() },
  ]);
  // Its own attempt is in nobody's table, and the other one has the receipt.
  await until(() => seen.length >= 2);
  expect(seen).toMatchObject([
    { kind: 'submitted', attemptId },
    { kind: 'abandoned', attemptId },
  ]);
});

test('an attempt that another worker overtook, of which nothing was heard, keeps its silence', async () => {
  const bus = createMemoryBus(app.log);
  await createCarriers(app)(who, { profile: 'normal', receiptMs: [5, 10] });
  const one = createWorker(bus);
  const seen = observations(one);
  /** One more attempt is made by a worker elsewhere, is delivered, and its code is typed in. */
  const retriedElsewhere = async (how: 'late' | 'again' | 'asked again') => {
    const v = await start(app, who, aNumber());
    await happened(app, v, 'MessageDelivered');
    const [real] = await app.sql<
      { id: string }[]
    >`SELECT id FROM attempts WHERE verification_id = ${uuidOf(v.id)}`;
    const before = newId('msg');
    const messageId = how === 'asked again' ? newId('msg', Date.now() + 1_000) : before;
    const { attemptId } = submit(one, newId('rte'), v.id, undefined, before);
    const elsewhere = { messageId, attemptId: idFromUuid('att', real!.id), isLate: how === 'late' };
    publishOutcomes(bus, [
      { kind: 'retried', verificationId: v.id, ...elsewhere, at: Date.now() },
      { kind: 'converted', verificationId: v.id, at: Date.now() },
    ]);
    return attemptId;
  };
  const silent = [await retriedElsewhere('late'), await retriedElsewhere('asked again')];
  const excused = await retriedElsewhere('again');
  await until(() => seen.some(({ kind, attemptId }) => kind === 'abandoned' && attemptId === excused));
  const told = seen.filter(({ attemptId }) => silent.some((id) => id === attemptId)).map(({ kind }) => kind);
  expect(told).toEqual(['submitted', 'submitted']);
});
