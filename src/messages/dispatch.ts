import { setTimeout as delay } from 'node:timers/promises';
import { DUE_CHANNEL, TESTS_DUE } from '../bus/channels.ts';
import { every } from '../chores.ts';
import { isOutage } from '../db/outage.ts';
import type { AttemptId } from '../ids.ts';
import { forgetInbound } from '../inbound/forget.ts';
import { joinLate } from '../inbound/join-late.ts';
import type { App } from '../platform.ts';
import { LEASE_MS, renewLeases, type Lease } from './claim.ts';
import { SANDBOX_CARRIER_ID } from '../sandbox/place.ts';
import { expireVerifications, forgetIdempotencyKeys } from '../verifications/expire.ts';
import { forgetOldLookups } from '../numbers/lookup-store.ts';
import { forgetOldParts } from './attempt-parts.ts';
import { forgetOldReceipts } from './inbox.ts';
import { createLearner } from './learner.ts';
import { createClaims, MAX_HELD } from './claims.ts';
import type { Links } from './plan.ts';
import { createPlanner } from './plan-claim.ts';
import type { PlannedAttempt } from './planned-attempt.ts';
import type { NewFact } from './facts.ts';
import { createWaitingRoom } from './waiting-room.ts';
import { commitFacts, SETTLE_BATCH } from './settle.ts';
import { settleInbox, settleLoneReceipts } from './sweep-receipts.ts';

/** The worker: claims messages that are due, routes, submits and settles them, until it is stopped. */
export interface Dispatcher {
  /** Something may be due or a carrier may be ready: look now. */
  wake(): void;
  /** Claims no more, waits for the submits under way (at most `drainMs`) and for their outcomes to be committed. */
  stop(drainMs: number): Promise<void>;
}

/** How long an idle worker trusts that somebody would have woken it. */
const POLL_MS = 500;
const RENEW_EVERY_MS = 1_000;
// So a worker may be held up for 2.5 s before another one takes its messages.
const RENEW_BELOW_MS = LEASE_MS - 2_500;
// Under load the next claim finds a batch instead of a handful; a message that comes alone does not wait.
const GATHER_MS = 10;
const SWEEP_MS = 500;
/** While the database is away. */
const SETTLE_AGAIN_MS = 250;
const LATE_PARTS_MS = 15_000;
const TIDY_MS = 600_000;

export async function startDispatcher(app: App, links: Links): Promise<Dispatcher> {
  const leases = new Map<AttemptId, Lease>();
  const settler = app.batched(commitFacts, SETTLE_BATCH);
  const learner = app.single(createLearner);
  /** The one under way, or the last. */
  let renewal = Promise.resolve();
  let stopping = false;
  let awake = false;
  let wakeUp: (() => void) | undefined;

  const wake = (): void => {
    awake = true;
    wakeUp?.();
  };
  const claims = createClaims(app, links);
  const planClaim = createPlanner(app, links);
  const wakeForTests = (): void => {
    claims.expectTests();
    wake();
  };
  const waitingRoom = createWaitingRoom(wake);
  const unsubscribe = await app.bus.subscribe(DUE_CHANNEL, {
    onMessage: (which) => (which === TESTS_DUE ? wakeForTests() : wake()),
    onResync: wakeForTests,
  });

  function settle(fact: NewFact): void {
    settler.add(fact).then(
      () => {
        if (isDueElsewhere(fact)) (isOfTest(fact) ? wakeForTests : wake)();
      },
      (error: unknown) => {
        app.log.error({ err: error, fact: fact.kind }, 'outcome not committed');
        // It may be committed twice, but must not be forgotten: the message would be sent again. Should it
        // be all the same, the message stays claimed until its lease is over, and the attempt is unknown.
        if ((fact.kind === 'outcome' || fact.kind === 'lateAnswer') && isOutage(error) && !stopping)
          setTimeout(() => settle(fact), SETTLE_AGAIN_MS).unref();
      },
    );
  }

  async function submit({ attempt, carrier, message, lease, sighting }: PlannedAttempt): Promise<void> {
    leases.set(attempt.id, lease);
    const { accountId, verificationId, messageId, carrierId, id: attemptId } = attempt;
    const submitted = { accountId, verificationId, messageId, attemptId, carrierId, sender: message.sender };
    if (sighting) learner.submitted(sighting);
    const outcome = await carrier.submit(message, (late) => {
      if (sighting) learner.answered(sighting, late);
      settle({ kind: 'lateAnswer', outcome: late, ...submitted });
    });
    leases.delete(attemptId);
    if (sighting) learner.answered(sighting, outcome);
    // What it writes now would not count for a settlement that had read what was before.
    await renewal;
    settle({ kind: 'outcome', outcome, ...submitted });
    if (leases.size < MAX_HELD / 2) wake();
  }

  async function round(): Promise<'idle' | 'some' | 'full'> {
    const { messages: ready, told } = waitingRoom.leave(app.clock());
    const { messages: claimed, isFull } = await claims.next({
      ready: ready.length,
      held: leases.size + waitingRoom.size + ready.length,
    });
    if (claimed.length + ready.length === 0) return 'idle';
    const plan = await planClaim([...ready, ...claimed], told);
    waitingRoom.add(plan.waiting);
    for (const fact of plan.facts) settle(fact);
    for (const planned of plan.attempts) void submit(planned);
    return isFull ? 'full' : 'some';
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      awake = false;
      const claimed = await round().catch((error: unknown) => {
        app.log.error({ err: error }, 'dispatch round failed');
        return 'idle';
      });
      if (claimed === 'some') await delay(GATHER_MS);
      if (claimed !== 'full' && !awake) await sleep();
    }
  }

  function sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        claims.poll();
        wakeUp = undefined;
        resolve();
      }, POLL_MS);
      wakeUp = () => {
        clearTimeout(timer);
        wakeUp = undefined;
        resolve();
      };
    });
  }

  async function renew(): Promise<void> {
    const now = app.clock();
    const old = [...leases.values()].filter((lease) => lease.until.getTime() - now < RENEW_BELOW_MS);
    const renewing = renewLeases(app.sql, old, now);
    renewal = renewing.catch(() => undefined);
    await renewing;
  }

  const running = loop();
  const chores = [
    every(app, RENEW_EVERY_MS, 'lease renewal', renew),
    ...choresOf(app).map(([pauseMs, name, chore]) => every(app, pauseMs, name, chore)),
  ];
  return {
    wake,
    async stop(drainMs) {
      stopping = true;
      unsubscribe();
      wake();
      await running;
      await Promise.all([links.carriers.close(drainMs), links.sandbox.close(drainMs)]);
      await Promise.all(chores.map((stop) => stop()));
      await settler.idle();
    },
  };
}

/** Each by itself: one that fails every time keeps no other from being done. */
function choresOf(app: App): [pauseMs: number, name: string, chore: () => Promise<void>][] {
  return [
    [SWEEP_MS, 'expiry', untilDone(async () => (await expireVerifications(app)).more)],
    [SWEEP_MS, 'sweep of the inbox', untilDone(async () => (await settleInbox(app)) > 0)],
    [SWEEP_MS, 'sweep of lone receipts', untilDone(async () => (await settleLoneReceipts(app)) > 0)],
    [LATE_PARTS_MS, 'late parts', untilDone(async () => (await joinLate(app)) > 0)],
    [TIDY_MS, 'forgetting of idempotency keys', () => forgetIdempotencyKeys(app)],
    [TIDY_MS, 'forgetting of receipts', () => forgetOldReceipts(app.sql, app.clock())],
    [TIDY_MS, 'forgetting of lookups', () => forgetOldLookups(app)],
    [TIDY_MS, 'forgetting of parts', () => forgetOldParts(app.sql, app.clock())],
    [TIDY_MS, 'forgetting of inbound messages', () => forgetInbound(app)],
  ];
}

/** @param step answers whether there may be more */
function untilDone(step: () => Promise<boolean>): () => Promise<void> {
  return async () => {
    while (await step());
  };
}

/** Whether it made its message due at once, over another route. */
function isDueElsewhere(fact: NewFact): boolean {
  if (fact.kind !== 'outcome' || fact.outcome.kind !== 'rejected') return false;
  return fact.outcome.retry === 'elsewhere' || fact.outcome.retry === 'once';
}

function isOfTest(fact: NewFact): boolean {
  return 'carrierId' in fact && fact.carrierId === SANDBOX_CARRIER_ID;
}
