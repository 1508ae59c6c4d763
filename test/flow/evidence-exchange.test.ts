import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { uuidOf, type AccountId } from '../../src/ids.ts';
import { createEvidenceExchange } from '../../src/routing/evidence-exchange.ts';
import { createPolicies } from '../../src/routing/policies.ts';
import type { Policy, PolicyOptions } from '../../src/routing/policy.ts';
import { createReceiptLatencies } from '../../src/routing/receipt-latencies.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { held } from '../support/held.ts';
import { createCountingProcess } from '../support/process-app.ts';
import { until } from '../support/until.ts';

const OPTIONS: PolicyOptions = { strategy: 'adaptive', valueOfConversion: 1, codeTtlMs: 600_000 };
const HOUR_MS = 3_600_000;

let main: TestApp;
let app: TestApp['app'];
let who: Principal;
let open: AsyncDisposableStack;

beforeAll(async () => {
  main = await createTestApp({ ROLES: 'api' });
  app = main.app;
});
afterAll(() => main[Symbol.asyncDispose]());
beforeEach(async () => {
  open = new AsyncDisposableStack();
  who = await createTestAccount(app, { routing: 'adaptive' });
});
afterEach(() => open.disposeAsync());

/** A process whose clock the test has, and whose questions to the database it counts. */
function createWorker() {
  const { app: worker, state } = createCountingProcess(app);
  open.use(worker);
  const [policies, receipts] = [worker.single(createPolicies), worker.single(createReceiptLatencies)];
  return { worker, state, policies, receipts, exchange: worker.single(createEvidenceExchange).exchange };
}

type Worker = ReturnType<typeof createWorker>;

const routeId = newId('rte');

/** Has it hear of attempts of now: one of three is refused, and so counts at once. */
function observe({ policies, worker }: Worker, accountId: AccountId, attempts = 60): void {
  for (let i = 0; i < attempts; i++) {
    const about = { routeId, country: 'HR', attemptId: newId('att'), at: worker.clock() };
    policies.observe(accountId, { ...about, kind: 'submitted' });
    policies.observe(accountId, { ...about, kind: i % 3 === 0 ? 'rejected' : 'converted' });
  }
}

function beliefOf(policy: Policy, now: number) {
  const candidates = [{ routeId, carrierId: newId('car'), priority: 1, price: 0 }];
  const [one] = policy.choose({ country: 'HR', now }, candidates, () => 0.5);
  return one!.reasons.find(({ factor }) => factor === 'rate')!.value;
}

const of = ({ policies }: Worker, { accountId } = who) => policies.of(accountId, OPTIONS);

test('what an account learned leaves the memory once it is idle, and is there again when it sends', async () => {
  const one = createWorker();
  const before = await of(one);
  observe(one, who.accountId);
  one.state.now += 5 * HOUR_MS;
  await one.exchange();
  expect(await of(one)).toBe(before);
  one.state.now += 6 * HOUR_MS;
  await one.exchange();
  // Nothing of it is exchanged any more, nor told.
  one.state.reads = 0;
  await one.exchange();
  expect(one.state.reads).toBe(0);
  const told = before.snapshot();
  observe(one, who.accountId, 1);
  expect(before.snapshot()).toEqual(told);
  const after = await of(one);
  expect(after).not.toBe(before);
  expect(beliefOf(after, one.state.now)).toBeCloseTo(beliefOf(before, one.state.now), 2);
  // And what it learns from then on is saved beside it, not over it.
  observe(one, who.accountId, 1);
  await one.exchange();
  expect((await of(createWorker())).snapshot().sources).toHaveLength(2);
});

test('what an account learned is known whatever a conversion is worth, however long codes live, and under its old name', async () => {
  const one = createWorker();
  const before = await of(one);
  observe(one, who.accountId);
  const now = one.worker.clock();
  const rate = beliefOf(before, now);
  expect(rate).toBeLessThan(0.68);
  const dearer = { ...OPTIONS, valueOfConversion: 1.1, codeTtlMs: 900_000 };
  expect(beliefOf(await one.policies.of(who.accountId, dearer), now)).toBe(rate);
  // Of a code that ends after a minute, some of the conversions come too late.
  const short = await one.policies.of(who.accountId, { ...OPTIONS, codeTtlMs: 60_000 });
  expect(beliefOf(short, now)).toBeLessThan(rate);
  expect(beliefOf(short, now)).toBeGreaterThan(0.8 * rate);
  // What any of them is told, all have learned.
  observe(one, who.accountId, 1);
  expect(beliefOf(await of(one), now)).toBe(beliefOf(await one.policies.of(who.accountId, dearer), now));
  await one.exchange();
  const saved = () => app.sql`
    SELECT policy FROM routing_evidence WHERE account_id = ${uuidOf(who.accountId)} ORDER BY 1`;
  expect((await saved()).map(({ policy }) => policy as string)).toEqual(['adaptive']);
  // As the version before it saved what it had learned.
  await app.sql`
    UPDATE routing_evidence SET policy = 'adaptive/1/600000' WHERE account_id = ${uuidOf(who.accountId)}`;
  const next = createWorker();
  const after = await next.policies.of(who.accountId, dearer);
  expect(beliefOf(after, now)).toBeCloseTo(beliefOf(await of(one), now), 2);
  observe(next, who.accountId, 1);
  await next.exchange();
  expect((await saved()).map(({ policy }) => policy as string)).toEqual(['adaptive', 'adaptive/1/600000']);
  // It is not counted twice by those who read both.
  expect((await of(createWorker())).snapshot().sources).toHaveLength(2);
});

test('one that asks, however seldom, keeps what is on its way', async () => {
  const one = createWorker();
  const before = await of(one);
  for (let hour = 0; hour < 24; hour += 4) {
    one.state.now += 4 * HOUR_MS;
    await of(one);
    await one.exchange();
  }
  expect(await of(one)).toBe(before);
});

test('what cannot be saved stays in memory, however idle', async () => {
  const one = createWorker();
  const nobody = newId('acc');
  const policy = await one.policies.of(nobody, OPTIONS);
  observe(one, nobody);
  one.state.now += 7 * HOUR_MS;
  await expect(one.exchange()).rejects.toThrow(AggregateError);
  expect(await one.policies.of(nobody, OPTIONS)).toBe(policy);
});

test('the usual receipts of an idle account come back with it, and grow from where they were', async () => {
  const one = createWorker();
  const { accountId } = who;
  const way = { routeId, carrierId: newId('car'), country: 'HR' };
  const taken = (count: number) =>
    Array.from({ length: count }, () => ({ accountId, ...way, at: one.state.now })).flatMap((about) => [
      { ...about, what: { kind: 'taken' as const } },
      { ...about, what: { kind: 'delivered' as const, afterMs: 1_000 } },
    ]);
  const before = await one.receipts.of(accountId);
  one.receipts.tell(taken(40));
  one.state.now += 7 * HOUR_MS;
  await one.exchange();
  const after = await one.receipts.of(accountId);
  expect(after).not.toBe(before);
  const expected = after.expected(way, one.state.now);
  expect(expected).toEqual(before.expected(way, one.state.now));
  expect(expected!.own).toBeGreaterThan(30);
  one.receipts.tell(taken(40));
  await one.exchange();
  const elsewhere = (await createWorker().receipts.of(accountId)).expected(way, one.state.now);
  expect(elsewhere!.own).toBeCloseTo(expected!.own + 40, 0);
});

test('one exchange is under way at a time: who asks meanwhile shares the next', async () => {
  const one = createWorker();
  await of(one);
  const waiting = async () =>
    (await app.sql`SELECT 1 FROM pg_locks WHERE relation = 'routing_evidence'::regclass AND NOT granted`)
      .length;
  const all: Promise<void>[] = [];
  await held(app, async (tx) => {
    await tx`LOCK TABLE routing_evidence IN ACCESS EXCLUSIVE MODE`;
    all.push(one.exchange());
    await until(async () => (await waiting()) === 1);
    one.state.reads = 0;
    const later = [one.exchange(), one.exchange(), one.exchange()];
    expect(new Set(later).size).toBe(1);
    all.push(...later);
  });
  await Promise.all(all);
  expect(one.state.reads).toBe(1);
});

test('what cannot be read is left out and said once, and keeps nothing else from being heard', async () => {
  const good = createWorker();
  await of(good);
  observe(good, who.accountId);
  await good.exchange();
  const policy = 'adaptive';
  const [source] = (await of(good)).snapshot().sources;
  const bad: Record<string, unknown> = {
    'a newer version': { version: 2, evidence: {} },
    'no snapshot': 'nothing',
    'half of it': { version: 1, sources: [source, { ...source, source: 'x', cells: [{ route: routeId }] }] },
    'no numbers': { version: 1, sources: [{ ...source, source: 'y', told: null, paces: [{ perMs: null }] }] },
  };
  const save = async () => {
    for (const [worker, snapshot] of Object.entries(bad))
      await app.sql`
        INSERT INTO routing_evidence ${app.sql({
          ...{ account_id: uuidOf(who.accountId), policy, worker: ` ${worker}` },
          ...{ snapshot: app.sql.json(snapshot as never), updated_at: new Date() },
        })} ON CONFLICT (account_id, policy, worker) DO UPDATE SET updated_at = excluded.updated_at`;
  };
  await save();
  const one = createWorker();
  const warn = vi.spyOn(one.worker.log, 'warn');
  const heard = await of(one);
  expect(heard.snapshot().sources).toEqual([source]);
  for (let i = 0; i < 3; i++) {
    await save();
    await one.exchange();
  }
  const left = warn.mock.calls.map(([about]) => (about as { worker: string }).worker);
  expect(left.toSorted()).toEqual(
    Object.keys(bad)
      .map((worker) => ` ${worker}`)
      .toSorted(),
  );
  // And nothing of it is passed on.
  expect((await of(one)).snapshot().sources).toEqual([source]);
});
