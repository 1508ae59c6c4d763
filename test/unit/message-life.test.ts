import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CarrierHealth, Retry, SubmitOutcome } from '../../src/carriers/carrier.ts';
import type { EventType } from '../../src/events/catalog.ts';
import type { RouteId } from '../../src/ids.ts';
import { advanceAttempt, statusAfterSubmit } from '../../src/messages/attempt.ts';
import { lastingVerdict, passingExclusion, reopened } from '../../src/messages/exclusion.ts';
import { advanceMessage, isSettled, type Fact, type MessageState } from '../../src/messages/message.ts';
import { scheduleOf } from '../../src/messages/rules.ts';
import { nextSend, standingOf, type Tried } from '../../src/messages/tried.ts';
import { ServiceSettings } from '../../src/services/settings.ts';

// A whole life: workers that claim, die (nobody answers any more, until the lease is over) and take over, carriers that answer late, twice or not at all,
// receipts in any order. What is asked of it holds whatever happens.

const QUEUED_AT = Date.UTC(2026, 0, 1, 12);
const TTL_MS = 600_000;
const LEASE_MS = 6_000;
const ROUTES = ['rte_1', 'rte_2', 'rte_3'] as RouteId[];
const HEALTHY: CarrierHealth = {
  ...{ state: 'up', inFlight: 8, window: 10, binds: [] },
  pace: { perSecond: 0, throttles: 0, backOff: 1 },
};

type Move =
  /** Time passes, and a worker looks. */
  | { kind: 'look'; afterMs: number; isDown: readonly boolean[]; expectsReceipt: boolean }
  /** The carrier of one of the attempts says something: the first answer, a late one, or the same again. */
  | { kind: 'answer'; attempt: number; outcome: SubmitOutcome; receiptWaitMs: number }
  | { kind: 'receipt'; attempt: number; state: 'delivered' | 'undelivered'; retry: Retry | undefined }
  /** The verification ends. */
  | { kind: 'end' };

const waits = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1_000, max: 300_000 }));
const error = { code: '8', message: 'system error' };
const outcomes: fc.Arbitrary<SubmitOutcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'accepted', carrierMessageId: '1', segments: 1 } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'throttled', retryAfterMs: 1_000 } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'unavailable', reason: 'down' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'unknown', reason: 'no answer' } as const) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom<Retry>('later', 'later', 'once', 'elsewhere', 'elsewhere', 'never')
      .map((retry) => ({ kind: 'rejected', error, retry }) as const),
  },
);
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      afterMs: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 120_000 })),
      isDown: fc.tuple(...ROUTES.map(() => fc.constantFrom(false, false, false, true))),
      expectsReceipt: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 40,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      attempt: fc.nat(),
      outcome: outcomes,
      receiptWaitMs: waits,
    }),
  },
  { weight: 1, arbitrary: fc.constant<Move>({ kind: 'end' }) },
  {
    weight: 15,
    arbitrary: fc.record({
      kind: fc.constant('receipt' as const),
      attempt: fc.nat(),
      state: fc.constantFrom('delivered', 'undelivered', 'undelivered', 'undelivered'),
      retry: fc.constantFrom(undefined, undefined, 'once' as const),
    }),
  },
);
const policies = fc.record({
  retry: fc.record({
    maxAttempts: fc.integer({ min: 1, max: 6 }),
    maxDoubts: fc.integer({ min: 0, max: 2 }),
  }),
  failover: fc.record({ max: fc.integer({ min: 0, max: 3 }) }),
});

interface Attempt extends Tried {
  sentAt: number;
  /** When its carrier's time to answer was over. */
  unknownSince?: number;
  answer?: SubmitOutcome['kind'];
}

/** One message with its attempts, moved as the dispatcher and the settler move it. */
class Life {
  readonly schedule;
  readonly attempts: Attempt[] = [];
  readonly events: EventType[] = [];
  message: MessageState = {
    status: 'queued',
    attemptsSpent: 0,
    queuedAt: QUEUED_AT,
    expiresAt: QUEUED_AT + TTL_MS,
    dueAt: QUEUED_AT,
    sentAt: undefined,
    deliveredAt: undefined,
    settledAt: undefined,
  };
  now = QUEUED_AT;
  endedAt = QUEUED_AT + TTL_MS;

  constructor(settings: { retry: object; failover: object }) {
    this.schedule = scheduleOf(ServiceSettings.parse(settings));
  }

  move(move: Move): void {
    const attempt = 'attempt' in move ? this.attempts[move.attempt % this.attempts.length] : undefined;
    switch (move.kind) {
      case 'look':
        this.now += move.afterMs;
        return this.#look(move);
      case 'answer':
        return attempt && this.#answer(attempt, move);
      case 'receipt': {
        // Nobody reports what nobody was given.
        if (attempt?.status !== 'submitted') return;
        attempt.status = advanceAttempt(attempt.status, move.state);
        if (move.state === 'undelivered') attempt.retry = move.retry ?? 'later';
        return this.apply({ kind: 'receipt', state: move.state, retry: move.retry }, attempt);
      }
      case 'end':
        this.endedAt = Math.min(this.endedAt, this.now);
        return;
      default:
        throw new Error(`unhandled move: ${move satisfies never}`);
    }
  }

  apply(fact: Fact, attempt?: Attempt, receiptWaitMs = Infinity): void {
    const { message, events } = advanceMessage(this.message, fact, {
      schedule: this.schedule,
      standing: standingOf(this.attempts),
      isLast: !attempt || attempt === this.attempts.at(-1),
      receiptWaitMs,
      now: this.now,
      random: () => 0.5,
    });
    this.message = message;
    this.events.push(...events);
  }

  /** A worker claims the message when it is due. */
  #look({ isDown, expectsReceipt }: Extract<Move, { kind: 'look' }>): void {
    const { dueAt } = this.message;
    if (dueAt === undefined || dueAt > this.now) return;
    this.message = { ...this.message, dueAt: this.now + LEASE_MS };
    if (this.now >= this.endedAt) return this.apply({ kind: 'ended' });
    for (const attempt of this.attempts) if (attempt.status === 'submitting') attempt.status = 'unknown';
    const { attemptsSpent } = this.message;
    const overdueMs = this.now - dueAt;
    const next = nextSend(this.attempts, attemptsSpent, this.schedule, overdueMs, () => expectsReceipt);
    if (next.kind !== 'send') return this.apply(next);
    const all = ROUTES.map((id, i) =>
      passingExclusion(id, {
        ...{ taken: 0, tried: this.attempts },
        carrier: { freeWindow: () => (isDown[i] ? 0 : 1), health: () => HEALTHY },
      }),
    );
    const exclusions = next.onlyUntried ? all : reopened(all);
    const verdict = lastingVerdict(exclusions);
    const open = exclusions.indexOf(undefined);
    if (open >= 0)
      this.attempts.push({
        routeId: ROUTES[open]!,
        carrierId: 'car_1',
        status: 'submitting',
        retry: null,
        isLate: next.isLate,
        sentAt: this.now,
      });
    else if (!verdict)
      this.apply({ kind: 'outcome', outcome: { kind: 'unavailable', reason: 'none is open' } });
    else if (next.isLate) this.apply({ kind: 'patience', waitMs: Infinity });
    else this.apply({ kind: 'noRoute', ...verdict });
  }

  #answer(attempt: Attempt, { outcome, receiptWaitMs }: Extract<Move, { kind: 'answer' }>): void {
    const before = attempt.status;
    // One answer to each; a late one behind "unknown".
    const kind = attempt.answer === undefined ? 'outcome' : 'lateAnswer';
    if (attempt.answer !== undefined && (attempt.answer !== 'unknown' || outcome.kind === 'unknown')) return;
    attempt.answer = outcome.kind;
    attempt.status = advanceAttempt(before, statusAfterSubmit(outcome));
    if (attempt.status === before) return;
    if (outcome.kind === 'unknown') attempt.unknownSince = this.now;
    if (outcome.kind === 'rejected') attempt.retry = outcome.retry;
    if (before === 'unknown' && attempt.status === 'rejected') return;
    this.apply({ kind, outcome }, attempt, receiptWaitMs);
  }
}

function holdsAlways(check: (life: Life, settings: { failover: { max: number } }) => void): void {
  fc.assert(
    fc.property(policies, fc.array(moves, { minLength: 5, maxLength: 60 }), (settings, all) => {
      const life = new Life(settings);
      for (const move of all) {
        life.move(move);
        check(life, settings);
      }
    }),
    { numRuns: 2_000 },
  );
}

const mayBeOnTheHandset = ({ status }: Tried) => status !== 'rejected' && status !== 'undelivered';

describe('whatever happens to a message', () => {
  test('nothing is sent after its end, or after that of its verification', () =>
    holdsAlways(({ attempts, message, endedAt }) => {
      const end = Math.min(endedAt, message.settledAt ?? Infinity);
      for (const { sentAt } of attempts) expect(sentAt).toBeLessThanOrEqual(end);
    }));

  test('no more copies of it go out while a receipt is awaited than its service allows', () =>
    holdsAlways(({ attempts }, { failover }) => {
      const copies = attempts.filter((attempt) => attempt.isLate && mayBeOnTheHandset(attempt));
      expect(copies.length).toBeLessThanOrEqual(failover.max);
    }));

  test('no more attempts of it may have been taken than its service allows, also by workers that died', () =>
    holdsAlways(({ attempts, schedule }) => {
      const free = ['throttled', 'unavailable'];
      const perhapsTaken = attempts.filter(({ answer = '' }) => !free.includes(answer));
      expect(perhapsTaken.length).toBeLessThanOrEqual(schedule.maxAttempts);
    }));

  test('it is not given up for want of attempts while its last one may still be heard of', () =>
    holdsAlways(({ attempts, message, schedule }) => {
      const { status, unknownSince } = attempts.at(-1) ?? {};
      const { isRefused, doubts } = standingOf(attempts);
      if (!['failed', 'undelivered'].includes(message.status) || status !== 'unknown') return;
      if (isRefused || doubts > schedule.maxDoubts || message.attemptsSpent < schedule.maxAttempts) return;
      if (unknownSince !== undefined)
        expect(message.settledAt).toBeGreaterThanOrEqual(unknownSince + schedule.unknownWaitMs);
    }));

  test('it is delivered if anybody says so before it has settled, and settles only once', () =>
    holdsAlways(({ attempts, message, events }) => {
      const ends = events.filter((type) => type !== 'MessageSent');
      expect(ends.length).toBe(isSettled(message.status) ? 1 : 0);
      if (message.status === 'delivered')
        expect(attempts.some(({ status }) => status === 'delivered')).toBe(true);
    }));

  test('it settles by the end of its verification at the latest, and until then somebody looks', () => {
    fc.assert(
      fc.property(policies, fc.array(moves, { maxLength: 60 }), (settings, all) => {
        const life = new Life(settings);
        for (const move of all) life.move(move);
        if (!isSettled(life.message.status))
          expect(life.message.dueAt).toBeLessThanOrEqual(
            Math.max(life.now, life.message.expiresAt) + LEASE_MS,
          );
        const look = { kind: 'look', isDown: [false, false, false], expectsReceipt: true } as const;
        // Past the end, and past the lease of whoever died with it.
        for (const afterMs of [TTL_MS, LEASE_MS]) life.move({ ...look, afterMs });
        expect(isSettled(life.message.status)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
