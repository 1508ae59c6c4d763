import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SubmitOutcome } from '../../src/carriers/carrier.ts';
import {
  advanceMessage,
  isSettled,
  RETRY_SCHEDULE,
  retryDelay,
  type Advance,
  type Fact,
  type MessageState,
} from '../../src/messages/message.ts';

const QUEUED_AT = Date.UTC(2026, 0, 1, 12);
const TTL_MS = 600_000;
const FRESH: MessageState = {
  status: 'queued',
  attemptsSpent: 0,
  queuedAt: QUEUED_AT,
  expiresAt: QUEUED_AT + TTL_MS,
  dueAt: QUEUED_AT,
  sentAt: undefined,
  deliveredAt: undefined,
  settledAt: undefined,
};

const error = { code: '0x0000000b', message: 'invalid destination address' };
const ACCEPTED: Fact = outcome({ kind: 'accepted', carrierMessageId: '1', segments: 1 });
const UNKNOWN: Fact = outcome({ kind: 'unknown', reason: 'link lost' });
const DELIVERED: Fact = { kind: 'receipt', state: 'delivered' };
const UNDELIVERED: Fact = { kind: 'receipt', state: 'undelivered' };
const LATE_ACCEPT: Fact = {
  kind: 'lateAnswer',
  outcome: { kind: 'accepted', carrierMessageId: '1', segments: 1 },
};
const LATE_REFUSAL: Fact = { kind: 'lateAnswer', outcome: { kind: 'throttled', retryAfterMs: 1 } };
const rejected = (retry: 'later' | 'elsewhere' | 'never'): Fact =>
  outcome({ kind: 'rejected', error, retry });

function outcome(outcome: SubmitOutcome): Fact {
  return { kind: 'outcome', outcome };
}

const half = () => 0.5;

function after(facts: readonly Fact[], from = FRESH, now = QUEUED_AT + 100): Advance {
  let advance: Advance = { message: from, events: [], undeliverable: false };
  for (const fact of facts) advance = advanceMessage(advance.message, fact, RETRY_SCHEDULE, now, half);
  return advance;
}

// What settles a message is rarer, so that some have a long life.
const facts: fc.Arbitrary<Fact> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      ...[ACCEPTED, UNKNOWN, UNDELIVERED, LATE_ACCEPT, LATE_REFUSAL],
      ...[rejected('later'), rejected('elsewhere')],
    ),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.integer({ min: 1, max: 60_000 }).map((retryAfterMs) => outcome({ kind: 'throttled', retryAfterMs })),
      fc.constant(outcome({ kind: 'unavailable', reason: 'down' })),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<Fact>(DELIVERED, rejected('never'), { kind: 'ended' }) },
);
const moments = fc.record({ fact: facts, passedMs: fc.integer({ min: 0, max: 20_000 }) });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const PROGRESS = { queued: 0, sent: 1, delivered: 2, undelivered: 2, failed: 2, expired: 2 } as const;
const EVENT_OF = {
  sent: 'MessageSent',
  delivered: 'MessageDelivered',
  undelivered: 'MessageUndelivered',
  failed: 'MessageFailed',
  expired: 'MessageExpired',
} as const;

interface Moment {
  now: number;
  before: MessageState;
  fact: Fact;
  advance: Advance;
}

/** Any facts, any number of times, in any order. */
function live(steps: readonly { fact: Fact; passedMs: number }[], random: () => number): Moment[] {
  let now = QUEUED_AT;
  let before = FRESH;
  return steps.map(({ fact, passedMs }) => {
    now += passedMs;
    const advance = advanceMessage(before, fact, RETRY_SCHEDULE, now, random);
    const moment = { now, before, fact, advance };
    before = advance.message;
    return moment;
  });
}

function holdsAlways(check: (moments: Moment[]) => void): void {
  const lives = fc.property(fc.array(moments, { maxLength: 40 }), chance, (steps, random) =>
    check(live(steps, () => random)),
  );
  fc.assert(lives, { numRuns: 1_000 });
}

describe('whatever the facts, however often and in whatever order', () => {
  test('a message only goes forward, and once settled nothing of it changes', () =>
    holdsAlways((life) => {
      for (const { before, advance } of life) {
        expect(PROGRESS[advance.message.status]).toBeGreaterThanOrEqual(PROGRESS[before.status]);
        if (isSettled(before.status))
          expect(advance).toEqual({ message: before, events: [], undeliverable: false });
      }
    }));

  test('its events tell its statuses: sent at most once and before its end, one end, none without a change', () =>
    holdsAlways((life) => {
      const events = life.flatMap(({ advance }) => advance.events);
      expect(events.filter((event) => event === 'MessageSent').length).toBeLessThanOrEqual(1);
      if (events.includes('MessageSent')) expect(events[0]).toBe('MessageSent');
      expect(events.length).toBeLessThanOrEqual(2);
      for (const { before, advance } of life) {
        const { status } = advance.message;
        if (status === before.status) expect(advance.events).toEqual([]);
        else expect(advance.events.at(-1)).toBe(EVENT_OF[status as keyof typeof EVENT_OF]);
      }
      const last = life.at(-1)?.advance.message.status;
      expect(events.includes('MessageDelivered')).toBe(last === 'delivered');
    }));

  test('it is due again exactly as long as it is not settled, and never after its verification ends', () =>
    holdsAlways((life) => {
      for (const { advance } of life) {
        const { status, dueAt, expiresAt } = advance.message;
        expect(dueAt === undefined).toBe(isSettled(status));
        if (dueAt !== undefined) expect(dueAt).toBeLessThanOrEqual(expiresAt);
      }
    }));

  test('no more attempts are counted than the schedule has', () =>
    holdsAlways((life) => {
      for (const { before, advance } of life) {
        expect(advance.message.attemptsSpent).toBeGreaterThanOrEqual(before.attemptsSpent);
        expect(advance.message.attemptsSpent).toBeLessThanOrEqual(RETRY_SCHEDULE.maxAttempts);
      }
    }));

  test('each time is there when its status was reached, and is that of the fact', () =>
    holdsAlways((life) => {
      for (const { now, before, advance } of life) {
        const { status, sentAt, deliveredAt, settledAt } = advance.message;
        expect(settledAt !== undefined).toBe(isSettled(status));
        expect(deliveredAt !== undefined).toBe(status === 'delivered');
        if (status === 'sent' || status === 'delivered' || status === 'undelivered')
          expect(sentAt).toBeDefined();
        if (status === 'queued' || status === 'failed') expect(sentAt).toBeUndefined();
        for (const time of ['sentAt', 'deliveredAt', 'settledAt'] as const)
          if (before[time] === undefined) expect([undefined, now]).toContain(advance.message[time]);
      }
    }));

  test('only a rejection for good makes it undeliverable', () =>
    holdsAlways((life) => {
      for (const { before, fact, advance } of life) {
        const isForGood =
          fact.kind === 'outcome' && fact.outcome.kind === 'rejected' && fact.outcome.retry === 'never';
        expect(advance.undeliverable).toBe(isForGood && !isSettled(before.status));
      }
    }));
});

describe('a message', () => {
  test('that is accepted waits for its receipt until its verification ends', () => {
    expect(after([ACCEPTED])).toMatchObject({
      message: { status: 'sent', attemptsSpent: 1, dueAt: FRESH.expiresAt, sentAt: QUEUED_AT + 100 },
      events: ['MessageSent'],
    });
  });

  test('that is delivered before anyone heard of its submit was sent as well', () => {
    expect(after([DELIVERED])).toMatchObject({
      message: { status: 'delivered', sentAt: QUEUED_AT + 100 },
      events: ['MessageSent', 'MessageDelivered'],
    });
  });

  test('whose link died in the middle waits for what may still come, then goes out again', () => {
    const { message, events } = after([UNKNOWN]);
    expect(message).toMatchObject({ status: 'queued', attemptsSpent: 1, dueAt: QUEUED_AT + 100 + 5_000 });
    expect(events).toEqual([]);
  });

  test('whose carrier takes it behind the deadline is sent, stays there, and counts as one attempt', () => {
    const unknown = after([UNKNOWN]).message;
    expect(after([LATE_ACCEPT], unknown)).toMatchObject({
      message: { status: 'sent', attemptsSpent: 1, dueAt: FRESH.expiresAt },
      events: ['MessageSent'],
    });
    expect(after([LATE_REFUSAL], unknown)).toEqual({ message: unknown, events: [], undeliverable: false });
  });

  test('that is refused by one carrier goes to the next at once, then by the schedule: all may refuse', () => {
    const waits: number[] = [];
    let message = FRESH;
    for (let i = 0; i < RETRY_SCHEDULE.maxAttempts - 1; i++) {
      ({ message } = advanceMessage(message, rejected('elsewhere'), RETRY_SCHEDULE, QUEUED_AT, () => 0));
      waits.push(message.dueAt! - QUEUED_AT);
    }
    expect(waits).toEqual([0, 250, 500, 1_000, 2_000]);
  });

  test('spends no attempt on a carrier that is throttling or away', () => {
    const { message } = after([
      outcome({ kind: 'throttled', retryAfterMs: 100 }),
      outcome({ kind: 'unavailable', reason: 'down' }),
    ]);
    expect(message).toMatchObject({ status: 'queued', attemptsSpent: 0 });
  });

  test('does not come back before a throttling carrier asked for it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), chance, (retryAfterMs, random) => {
        const fact = outcome({ kind: 'throttled', retryAfterMs });
        const { message } = advanceMessage(FRESH, fact, RETRY_SCHEDULE, QUEUED_AT, () => random);
        expect(message.dueAt).toBeGreaterThanOrEqual(QUEUED_AT + retryAfterMs);
        expect(message.dueAt).toBeLessThanOrEqual(QUEUED_AT + 1.5 * retryAfterMs + 1);
      }),
    );
  });

  test('waits longer for a route the longer none opens, up to five seconds', () => {
    const unavailable = outcome({ kind: 'unavailable', reason: 'no route' });
    const waits = [0, 4_000, 8_000, 100_000].map((waited) => {
      const now = QUEUED_AT + waited;
      return advanceMessage(FRESH, unavailable, RETRY_SCHEDULE, now, () => 0.999999).message.dueAt! - now;
    });
    expect(waits.map((ms) => Math.round(ms / 100) * 100)).toEqual([500, 1_000, 2_000, 5_000]);
  });

  test('that was never sent fails with its last attempt; one that was sent ends undelivered', () => {
    const { maxAttempts } = RETRY_SCHEDULE;
    expect(after(Array<Fact>(maxAttempts - 1).fill(rejected('later'))).message.status).toBe('queued');
    expect(after(Array<Fact>(maxAttempts).fill(rejected('later')))).toMatchObject({
      message: { status: 'failed', attemptsSpent: maxAttempts },
      events: ['MessageFailed'],
      undeliverable: false,
    });
    const rounds = Array.from({ length: maxAttempts }, () => [ACCEPTED, UNDELIVERED]).flat();
    expect(after(rounds.slice(0, -2)).message.status).toBe('sent');
    expect(after(rounds)).toMatchObject({
      message: { status: 'undelivered', attemptsSpent: maxAttempts },
      events: ['MessageUndelivered'],
    });
  });

  test('that is refused for good settles at once', () => {
    expect(after([rejected('never')])).toMatchObject({
      message: { status: 'failed', attemptsSpent: 1 },
      events: ['MessageFailed'],
      undeliverable: true,
    });
    expect(after([ACCEPTED, UNDELIVERED, rejected('never')])).toMatchObject({
      message: { status: 'undelivered', attemptsSpent: 2 },
      events: ['MessageUndelivered'],
      undeliverable: true,
    });
  });

  test('whose verification ended is expired, sent or not', () => {
    for (const before of [[], [UNKNOWN], [ACCEPTED]])
      expect(after([...before, { kind: 'ended' }])).toMatchObject({
        message: { status: 'expired', dueAt: undefined },
        events: ['MessageExpired'],
      });
  });
});

describe('the retry schedule', () => {
  test('doubles from half a second to half a minute, jittered to no less than half', () => {
    const full = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
    for (const [i, ms] of full.entries()) {
      expect(retryDelay(RETRY_SCHEDULE, i + 1, () => 0)).toBe(ms / 2);
      expect(retryDelay(RETRY_SCHEDULE, i + 1, () => 0.999999)).toBeCloseTo(ms, -1);
    }
  });

  test('a retry lies inside the schedule, and inside the validity', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Fact>(rejected('later'), UNDELIVERED),
        fc.integer({ min: 0, max: RETRY_SCHEDULE.maxAttempts - 2 }),
        fc.integer({ min: 0, max: TTL_MS }),
        chance,
        (fact, attemptsSpent, passedMs, random) => {
          const now = QUEUED_AT + passedMs;
          const message = { ...FRESH, attemptsSpent };
          const dueAt = advanceMessage(message, fact, RETRY_SCHEDULE, now, () => random).message.dueAt!;
          expect(dueAt).toBeGreaterThanOrEqual(Math.min(FRESH.expiresAt, now + RETRY_SCHEDULE.baseMs / 2));
          expect(dueAt).toBeLessThanOrEqual(Math.min(FRESH.expiresAt, now + RETRY_SCHEDULE.capMs));
        },
      ),
    );
  });
});
