import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import type { SubmitOutcome } from '../../src/carriers/carrier.ts';
import { uuidOf } from '../../src/ids.ts';
import { claimMessages, LEASE_MS, renewLeases, type ClaimedMessage } from '../../src/messages/claim.ts';
import { startDispatcher } from '../../src/messages/dispatch.ts';
import { planAttempts } from '../../src/messages/plan.ts';
import type { PlannedAttempt } from '../../src/messages/planned-attempt.ts';
import { commitFacts } from '../../src/messages/settle.ts';
import { messageFromRaw, type RawMessage } from '../../src/messages/store.ts';
import { cancelVerification } from '../../src/verifications/cancel.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCarriersByHand, type CarriersByHand } from '../support/carriers-by-hand.ts';
import { held, heldDb } from '../support/held.ts';
import { until } from '../support/until.ts';
import { attemptsOf, createClock, createNumbers, start } from '../support/verifying.ts';

// Who writes `due_at` is not to write over what came between its look and its word. The tests hold one side up by a
// lock that the other one does not need, so the order is not left to luck.
const clock = createClock();
const aNumber = createNumbers(9_400_000);
const ACCEPTED: SubmitOutcome = { kind: 'accepted', carrierMessageId: 'x', segments: 1 };

let main: TestApp;
let app: TestApp['app'];
let carriers: CarriersByHand;

beforeAll(async () => {
  // Claims wait for the lock of a table as well, each on a connection.
  main = await createTestApp({ ROLES: 'simulator', DATABASE_POOL_SIZE: '20' }, { clock: clock.now });
  app = main.app;
  carriers = createCarriersByHand(app);
});
afterAll(async () => {
  await carriers[Symbol.asyncDispose]();
  await main[Symbol.asyncDispose]();
});

async function messageOf({ id }: VerificationRow) {
  const [row] = await app.sql<RawMessage[]>`SELECT * FROM messages WHERE verification_id = ${uuidOf(id)}`;
  return messageFromRaw(row!);
}

async function claim(of: VerificationRow, tx = app.sql): Promise<ClaimedMessage[]> {
  const all = await claimMessages(tx, 'live', 300, clock.now());
  return all.filter(({ verificationId }) => verificationId === of.id);
}

/** A message that a worker has written its first attempt of. */
async function submitting() {
  const who = await createTestAccount(app);
  await carriers.add(who);
  await carriers.add(who);
  const v = await start(app, who, aNumber());
  const { attempts } = await planAttempts(app, carriers.links, await claim(v));
  return { who, v, first: attempts[0]! };
}

function told({ attempt, message }: PlannedAttempt, outcome: SubmitOutcome, kind: 'outcome' | 'lateAnswer') {
  const { accountId, verificationId, messageId, carrierId, id: attemptId } = attempt;
  const about = { accountId, verificationId, messageId, carrierId, attemptId, sender: message.sender };
  return commitFacts(app, [{ kind, outcome: { ...outcome, ...unique(outcome) }, ...about }]);
}

function unique(outcome: SubmitOutcome) {
  return outcome.kind === 'accepted' ? { carrierMessageId: aNumber() } : {};
}

type Statement =
  | 'INSERT INTO events'
  | 'INSERT INTO attempts'
  | 'WITH held'
  | 'UPDATE messages m SET status'
  | 'WITH renewed';

/** Asked apart from the connections that may all be waiting for the lock. */
async function isWaiting(statement: Statement): Promise<boolean> {
  const found = await app.db.execute(sql`
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE ${`%${statement}%`}`);
  return found.length > 0;
}

/** A statement waits for a lock. */
function waits(statement: Statement) {
  return until(() => isWaiting(statement), { what: `A "${statement}" that waits` });
}

test('what is settled leaves the lease of a claim that came since it was read', async () => {
  const { v, first } = await submitting();
  clock.advance(LEASE_MS + 1);
  let settled: Promise<unknown> | undefined;
  const [claimed] = await held(app, async (tx) => {
    const mine = await claim(v, tx as never);
    // It reads what was before the claim, and waits for the row.
    settled = told(first, { kind: 'throttled', retryAfterMs: 60_000 }, 'outcome');
    await waits('UPDATE messages m SET status');
    return [mine[0]!];
  });
  await settled;
  expect((await messageOf(v)).dueAt).toEqual(claimed.dueAt);
  expect((await attemptsOf(app, v)).map(({ status }) => status)).toEqual(['rejected']);
});

test('what is settled for good ends the message, whoever has claimed it since', async () => {
  const { v, first } = await submitting();
  clock.advance(LEASE_MS + 1);
  let settled: Promise<unknown> | undefined;
  await held(app, async (tx) => {
    await claim(v, tx as never);
    const error = { code: '1', message: 'no such number' };
    settled = told(first, { kind: 'rejected', error, retry: 'never' }, 'outcome');
    await waits('UPDATE messages m SET status');
  });
  await settled;
  expect(await messageOf(v)).toMatchObject({ status: 'failed', dueAt: null });
});

test('what is settled leaves a lease that was renewed since it was read', async () => {
  const { v, first } = await submitting();
  clock.advance(3_000);
  let settled: Promise<unknown> | undefined;
  await held(app, async (tx) => {
    await renewLeases(tx as never, [first.lease], clock.now());
    settled = told(first, { kind: 'throttled', retryAfterMs: 60_000 }, 'outcome');
    await waits('UPDATE messages m SET status');
  });
  await settled;
  expect((await messageOf(v)).dueAt).toEqual(first.lease.until);
});

test('what is settled leaves the lease of an attempt that was written down since it was read', async () => {
  const { v, first } = await submitting();
  clock.advance(LEASE_MS + 1);
  const again = await claim(v);
  let settled: Promise<unknown> | undefined;
  let second: PlannedAttempt | undefined;
  await held(app, async (tx) => {
    // The first attempt was taken after all: the message is sent, which is an event.
    await tx`LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE`;
    settled = told(first, ACCEPTED, 'lateAnswer');
    await waits('INSERT INTO events');
    second = (await planAttempts(app, carriers.links, again)).attempts[0];
  });
  await settled;
  const { status, dueAt } = await messageOf(v);
  expect({ status, dueAt }).toEqual({ status: 'sent', dueAt: second!.lease.until });
  expect(dueAt!.getTime()).toBeLessThanOrEqual(clock.now() + LEASE_MS + 1);
});

test('nothing more is sent of a claim that was settled, or taken over, before it was planned', async () => {
  const { v, first } = await submitting();
  clock.advance(LEASE_MS + 1);
  const again = await claim(v);
  await told(first, ACCEPTED, 'outcome');
  expect((await planAttempts(app, carriers.links, again)).attempts).toEqual([]);

  const other = await submitting();
  clock.advance(LEASE_MS + 1);
  const slow = await claim(other.v);
  clock.advance(LEASE_MS + 1);
  const [quick] = (await planAttempts(app, carriers.links, await claim(other.v))).attempts;
  expect((await planAttempts(app, carriers.links, slow)).attempts).toEqual([]);
  // And what the other one submits is not taken for left behind.
  expect((await attemptsOf(app, other.v)).map(({ status }) => status)).toEqual(['unknown', 'submitting']);
  expect((await messageOf(other.v)).dueAt).toEqual(quick!.lease.until);
});

test('nothing is sent of a message whose verification is canceled while a route is chosen for it: it ends', async () => {
  const who = await createTestAccount(app);
  await carriers.add(who);
  const v = await start(app, who, aNumber());
  const { planned } = await canceledBefore('INSERT INTO attempts', v, who);
  expect(planned.attempts).toEqual([]);
  expect(await attemptsOf(app, v)).toEqual([]);
  await commitFacts(app, planned.facts);
  expect(await messageOf(v)).toMatchObject({ status: 'expired', dueAt: null });
});

test('nothing more is sent of one that was tried before, and that is canceled while its next route is chosen', async () => {
  const { who, v } = await submitting();
  clock.advance(LEASE_MS + 1);
  const { planned } = await canceledBefore('WITH held', v, who);
  expect(planned.attempts).toEqual([]);
  expect(planned.facts).toMatchObject([{ kind: 'ended', verificationId: v.id }]);
  expect(await attemptsOf(app, v)).toHaveLength(1);
});

/** A worker plans what it claimed of a verification, which is canceled when it has read all and wants to write. */
async function canceledBefore(statement: Statement, v: VerificationRow, who: Principal) {
  const claimed = await claim(v);
  let planning: ReturnType<typeof planAttempts> | undefined;
  await held(app, async (tx) => {
    await tx`LOCK TABLE attempts IN SHARE MODE`;
    planning = planAttempts(app, carriers.links, claimed);
    await waits(statement);
    await cancelVerification(app, who, v.id);
  });
  return { planned: await planning! };
}

test('an outcome that comes while its lease is being renewed is settled after that', async () => {
  const who = await createTestAccount(app);
  // Only of this message: those of the other tests wait.
  await using carriers = createCarriersByHand(app);
  let answer: ((outcome: SubmitOutcome) => void) | undefined;
  await carriers.add(who, 300, () => new Promise((resolve) => (answer = resolve)));
  const dispatcher = await startDispatcher(app, carriers.links);
  const v = await start(app, who, aNumber());
  dispatcher.wake();
  await until(() => answer !== undefined);
  await heldDb(app, async (tx) => {
    // Reads go on, and nobody writes.
    await tx.execute(sql`LOCK TABLE messages IN SHARE MODE`);
    clock.advance(3_000);
    await waits('WITH renewed');
    answer!({ kind: 'throttled', retryAfterMs: 60_000 });
    // Whoever settled at once would have read by now, and would wait for the table beside the renewal.
    await app.db.execute(sql`SELECT pg_sleep(0.5)`);
    expect(await isWaiting('UPDATE messages m SET status')).toBe(false);
  });
  await until(async () => (await attemptsOf(app, v))[0]!.status === 'rejected');
  expect((await messageOf(v)).dueAt!.getTime()).toBeGreaterThan(clock.now() + 30_000);
  await dispatcher.stop(0);
});
