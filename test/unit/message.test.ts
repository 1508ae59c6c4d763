import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Retry, SubmitOutcome } from '../../src/carriers/carrier.ts';
import {
  advanceMessage,
  isSettled,
  type Advance,
  type Circumstances,
  type Fact,
  type MessageState,
} from '../../src/messages/message.ts';
import { retryDelay } from '../../src/messages/retry-schedule.ts';
import { scheduleOf } from '../../src/messages/rules.ts';
import type { Standing } from '../../src/messages/tried.ts';
import { ServiceSettings } from '../../src/services/settings.ts';

const RETRY_SCHEDULE = scheduleOf(ServiceSettings.parse({}));
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
const rejected = (retry: Retry): Fact => outcome({ kind: 'rejected', error, retry });
const NO_ROUTE: Fact = { kind: 'noRoute', reason: 'there is no route', failsFor: 'no_route' };
const NONE: Standing = {
  ...{ spent: 0, underWay: 0, awaited: 0, copies: 0, doubts: 0 },
  ...{ isRefused: false, isUnsure: false },
};
const AWAITED: Standing = { ...NONE, awaited: 1 };
const UNSURE: Standing = { ...NONE, isUnsure: true };
const REFUSED: Standing = { ...NONE, isRefused: true };

function outcome(outcome: SubmitOutcome): Fact {
  return { kind: 'outcome', outcome };
}

const half = () => 0.5;

function given(more: Partial<Circumstances> = {}): Circumstances {
  return {
    schedule: RETRY_SCHEDULE,
    standing: NONE,
    isLast: true,
    receiptWaitMs: Infinity,
    now: QUEUED_AT + 100,
    random: half,
    ...more,
  };
}

function after(facts: readonly Fact[], from = FRESH, more: Partial<Circumstances> = {}): Advance {
  let advance: Advance = { message: from, events: [], failsFor: undefined };
  for (const fact of facts) {
    const { standing, ...circumstances } = given(more);
    const spent = advance.message.attemptsSpent + (isSpent(fact) ? 1 : 0);
    advance = advanceMessage(advance.message, fact, { ...circumstances, standing: { ...standing, spent } });
  }
  return advance;
}

/** Whether it makes one more attempt count. */
function isSpent(fact: Fact): boolean {
  return fact.kind === 'outcome' && ['accepted', 'rejected', 'unknown'].includes(fact.outcome.kind);
}

// What settles a message is rarer, so that some have a long life.
const facts: fc.Arbitrary<Fact> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      ...[ACCEPTED, UNKNOWN, UNDELIVERED, LATE_ACCEPT, LATE_REFUSAL],
      ...[rejected('later'), rejected('elsewhere'), rejected('once')],
      { kind: 'patience', waitMs: 20_000 } as const,
      { kind: 'givenUp' } as const,
    ),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.integer({ min: 1, max: 60_000 }).map((retryAfterMs) => outcome({ kind: 'throttled', retryAfterMs })),
      fc.constant(outcome({ kind: 'unavailable', reason: 'down' })),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<Fact>(DELIVERED, rejected('never'), NO_ROUTE, { kind: 'ended' }) },
);
const standings: fc.Arbitrary<Standing> = fc.record({
  spent: fc.integer({ min: 0, max: RETRY_SCHEDULE.maxAttempts + 2 }),
  underWay: fc.constantFrom(0, 0, 1),
  awaited: fc.constantFrom(0, 0, 0, 1, 2),
  copies: fc.integer({ min: 0, max: 2 }),
  doubts: fc.constantFrom(0, 0, 1, 2),
  isRefused: fc.constantFrom(false, false, false, true),
  isUnsure: fc.constantFrom(false, false, true),
});
const moments = fc.record({
  fact: facts,
  passedMs: fc.integer({ min: 0, max: 20_000 }),
  standing: standings,
  isLast: fc.boolean(),
  receiptWaitMs: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: TTL_MS })),
});
type Step = Pick<Circumstances, 'standing' | 'isLast' | 'receiptWaitMs'> & { fact: Fact; passedMs: number };
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
  standing: Standing;
  advance: Advance;
}

/** Any facts, any number of times, in any order. */
function live(steps: readonly Step[], random: () => number): Moment[] {
  let now = QUEUED_AT;
  let before = FRESH;
  return steps.map(({ fact, passedMs, ...circumstances }) => {
    now += passedMs;
    const advance = advanceMessage(before, fact, given({ ...circumstances, now, random }));
    const moment = { now, before, fact, standing: circumstances.standing, advance };
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
          expect(advance).toEqual({ message: before, events: [], failsFor: undefined });
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

  test('only a rejection for good, or no route at all, fails its verification, each with its own reason', () =>
    holdsAlways((life) => {
      for (const { fact, standing, advance } of life) {
        if (advance.failsFor === 'no_route') expect(fact.kind).toBe('noRoute');
        if (advance.failsFor === 'undeliverable') expect(standing.isRefused).toBe(true);
      }
    }));

  test('it does not fail while a receipt may still come, and when it fails it says why', () =>
    holdsAlways((life) => {
      for (const { before, standing, advance } of life) {
        const { status } = advance.message;
        const hasFailed = !isSettled(before.status) && (status === 'failed' || status === 'undelivered');
        if (hasFailed) expect(standing.awaited).toBe(0);
        expect(advance.reason !== undefined).toBe(hasFailed);
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

  test('whose last attempt nobody knows of waits the same way, and is given up only then', () => {
    const spent = { ...FRESH, attemptsSpent: RETRY_SCHEDULE.maxAttempts - 1 };
    const { message, events } = after([UNKNOWN], spent, { standing: UNSURE });
    expect(message).toMatchObject({ status: 'queued', dueAt: QUEUED_AT + 100 + 5_000 });
    expect(events).toEqual([]);
    expect(after([{ kind: 'givenUp' }], message, { standing: UNSURE })).toMatchObject({
      message: { status: 'failed', dueAt: undefined },
      events: ['MessageFailed'],
      failsFor: undefined,
      reason: 'no more attempts are allowed, and the end of the last one is unknown',
    });
    // Its answer came just before somebody looked.
    const taken = after([LATE_ACCEPT], message, { standing: AWAITED }).message;
    expect(after([{ kind: 'givenUp' }], taken, { standing: AWAITED })).toMatchObject({
      message: { status: 'sent', dueAt: FRESH.expiresAt },
      events: [],
    });
  });

  test('whose carrier takes it behind the deadline is sent, stays there, and counts as one attempt', () => {
    const unknown = after([UNKNOWN]).message;
    expect(after([LATE_ACCEPT], unknown)).toMatchObject({
      message: { status: 'sent', attemptsSpent: 1, dueAt: FRESH.expiresAt },
      events: ['MessageSent'],
    });
    expect(after([LATE_REFUSAL], unknown)).toEqual({ message: unknown, events: [], failsFor: undefined });
  });

  test('that is refused by one carrier goes to the next at once, then by the schedule: all may refuse', () => {
    const waits: number[] = [];
    let message = FRESH;
    for (let i = 0; i < RETRY_SCHEDULE.maxAttempts - 1; i++) {
      const standing = { ...NONE, spent: i + 1 };
      const circumstances = given({ standing, now: QUEUED_AT, random: () => 0 });
      ({ message } = advanceMessage(message, rejected('elsewhere'), circumstances));
      waits.push(message.dueAt! - QUEUED_AT);
    }
    expect(waits).toEqual([0, 250, 500, 1_000, 2_000]);
  });

  test('counts the attempts of workers that died before they heard of them', () => {
    const spent = RETRY_SCHEDULE.maxAttempts - 1;
    const refused = (more: number) =>
      advanceMessage(FRESH, rejected('later'), given({ standing: { ...NONE, spent: spent + more } })).message;
    expect(refused(0)).toMatchObject({ status: 'queued', attemptsSpent: spent });
    expect(refused(1)).toMatchObject({ status: 'failed', attemptsSpent: spent + 1 });
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
        const circumstances = given({ now: QUEUED_AT, random: () => random });
        const { message } = advanceMessage(FRESH, fact, circumstances);
        expect(message.dueAt).toBeGreaterThanOrEqual(QUEUED_AT + retryAfterMs);
        expect(message.dueAt).toBeLessThanOrEqual(QUEUED_AT + 1.5 * retryAfterMs + 1);
      }),
    );
  });

  test('waits longer for a route the longer none opens, up to five seconds', () => {
    const unavailable = outcome({ kind: 'unavailable', reason: 'no route' });
    const waits = [0, 4_000, 8_000, 100_000].map((waited) => {
      const now = QUEUED_AT + waited;
      const circumstances = given({ now, random: () => 0.999999 });
      return advanceMessage(FRESH, unavailable, circumstances).message.dueAt! - now;
    });
    expect(waits.map((ms) => Math.round(ms / 100) * 100)).toEqual([500, 1_000, 2_000, 5_000]);
  });

  test('that was never sent fails with its last attempt; one that was sent ends undelivered', () => {
    const { maxAttempts } = RETRY_SCHEDULE;
    expect(after(Array<Fact>(maxAttempts - 1).fill(rejected('later'))).message.status).toBe('queued');
    expect(after(Array<Fact>(maxAttempts).fill(rejected('later')))).toMatchObject({
      message: { status: 'failed', attemptsSpent: maxAttempts },
      events: ['MessageFailed'],
      failsFor: undefined,
    });
    const rounds = Array.from({ length: maxAttempts }, () => [ACCEPTED, UNDELIVERED]).flat();
    expect(after(rounds.slice(0, -2)).message.status).toBe('sent');
    expect(after(rounds)).toMatchObject({
      message: { status: 'undelivered', attemptsSpent: maxAttempts },
      events: ['MessageUndelivered'],
    });
  });

  test('that is refused for good settles at once', () => {
    expect(after([rejected('never')], FRESH, { standing: REFUSED })).toMatchObject({
      message: { status: 'failed', attemptsSpent: 1 },
      events: ['MessageFailed'],
      failsFor: 'undeliverable',
      reason: 'invalid destination address (0x0000000b)',
    });
    const sent = after([ACCEPTED, UNDELIVERED]).message;
    expect(after([rejected('never')], sent, { standing: REFUSED })).toMatchObject({
      message: { status: 'undelivered', attemptsSpent: 2 },
      events: ['MessageUndelivered'],
      failsFor: 'undeliverable',
    });
  });

  test('whose verification ended is expired; one that a carrier has taken waits for its receipt', () => {
    const EXPIRED = { message: { status: 'expired', dueAt: undefined }, events: ['MessageExpired'] };
    for (const before of [[], [UNKNOWN]])
      expect(after([...before, { kind: 'ended' }])).toMatchObject(EXPIRED);
    const sent = after([ACCEPTED], FRESH, { receiptWaitMs: 20_000 }).message;
    expect(after([{ kind: 'ended' }], sent, { standing: AWAITED })).toMatchObject({
      message: { status: 'sent', dueAt: FRESH.expiresAt },
      events: [],
    });
    expect(after([{ kind: 'ended' }], sent, { standing: AWAITED, now: FRESH.expiresAt })).toMatchObject(
      EXPIRED,
    );
  });

  test('that no route can carry fails at once, and says why', () => {
    expect(after([NO_ROUTE])).toMatchObject({
      message: { status: 'failed', attemptsSpent: 0 },
      events: ['MessageFailed'],
      failsFor: 'no_route',
      reason: 'there is no route',
    });
  });

  test('that is refused without a clear reason has one failover', () => {
    const { message } = after([rejected('once')], FRESH, { standing: { ...NONE, doubts: 1 } });
    expect(message).toMatchObject({ status: 'queued', dueAt: QUEUED_AT + 100 });
    expect(after([rejected('once')], message, { standing: { ...NONE, doubts: 2 } })).toMatchObject({
      message: { status: 'failed', attemptsSpent: 2 },
      failsFor: undefined,
    });
  });
});

describe('a receipt that does not come', () => {
  const sent = after([ACCEPTED], FRESH, { standing: AWAITED, receiptWaitMs: 20_000 }).message;
  const COPY: Standing = { ...NONE, awaited: 2, copies: 1 };

  test('makes its message due again once its usual time is over', () => {
    expect(sent).toMatchObject({ status: 'sent', dueAt: QUEUED_AT + 20_100 });
  });

  test.each<[string, Partial<Circumstances>, MessageState]>([
    ['when as many copies as the service allows are out', { standing: COPY }, FRESH],
    [
      'when the service allows none',
      {
        schedule: { ...RETRY_SCHEDULE, lateReceipts: { ...RETRY_SCHEDULE.lateReceipts, max: 0 } },
        standing: AWAITED,
      },
      FRESH,
    ],
    ['when all attempts are spent', { standing: AWAITED }, { ...FRESH, attemptsSpent: 5 }],
  ])('is waited for until the end %s', (_when, circumstances, from) => {
    const { message } = after([ACCEPTED], from, { receiptWaitMs: 20_000, ...circumstances });
    expect(message.dueAt).toBe(FRESH.expiresAt);
  });

  test('is waited for until the end when the message has had enough of trying', () => {
    const { message } = after([{ kind: 'patience', waitMs: Infinity }], sent, { standing: AWAITED });
    expect(message).toMatchObject({ status: 'sent', dueAt: FRESH.expiresAt });
    // The receipt was there before.
    expect(after([{ kind: 'patience', waitMs: Infinity }], sent).message).toEqual(sent);
  });

  test('of an earlier attempt delays nothing; a later attempt that fails is tried again', () => {
    const other = { standing: AWAITED, isLast: false };
    expect(after([UNDELIVERED], sent, other).message).toEqual(sent);
    expect(after([UNDELIVERED], sent, { standing: AWAITED }).message.dueAt).toBe(QUEUED_AT + 100 + 375);
    // When the later one is over, too, nothing is waited for any more.
    expect(after([UNDELIVERED], sent, { isLast: false }).message.dueAt).toBe(QUEUED_AT + 100 + 375);
    const spent = { ...sent, attemptsSpent: 6, dueAt: sent.expiresAt };
    expect(after([UNDELIVERED], spent, { isLast: false }).message.status).toBe('undelivered');
    expect(after([UNDELIVERED], spent, { standing: AWAITED }).message).toEqual(spent);
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
          const { dueAt } = advanceMessage(message, fact, given({ now, random: () => random })).message;
          expect(dueAt).toBeGreaterThanOrEqual(Math.min(FRESH.expiresAt, now + RETRY_SCHEDULE.baseMs / 2));
          expect(dueAt).toBeLessThanOrEqual(Math.min(FRESH.expiresAt, now + RETRY_SCHEDULE.capMs));
        },
      ),
    );
  });
});
