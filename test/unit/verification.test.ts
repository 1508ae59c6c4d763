import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DAY_MS,
  decideCheck,
  decideSend,
  earliestSend,
  nextChannel,
  sendsLeft,
  type SendLimits,
} from '../../src/verifications/verification.ts';

const DEFAULTS: SendLimits = {
  maxSends: 5,
  sendWindowMs: 600_000,
  maxSendsPerDay: 20,
  coolDownMs: 30_000,
  coolDownFactor: 2,
};

const limits: fc.Arbitrary<SendLimits> = fc.record({
  maxSends: fc.integer({ min: 1, max: 20 }),
  sendWindowMs: fc.integer({ min: 1, max: 86_400 }).map((seconds) => seconds * 1_000),
  maxSendsPerDay: fc.integer({ min: 1, max: 30 }),
  coolDownMs: fc.integer({ min: 0, max: 3_600 }).map((seconds) => seconds * 1_000),
  coolDownFactor: fc.double({ min: 1, max: 10, noNaN: true }),
});

const NOON = Date.UTC(2026, 0, 1, 12);

/** Tries to send after each pause; `wait` says whether to wait for the moment that was named instead. */
function sendAll(rules: SendLimits, pauses: readonly { ms: number; wait: boolean }[]): number[] {
  const sends: number[] = [];
  let recent: readonly number[] = [];
  let now = NOON;
  for (const { ms, wait } of pauses) {
    now = wait ? earliestSend(rules, recent, now) : now + ms;
    const outcome = decideSend(rules, recent, now);
    if (outcome.kind === 'tooMany') continue;
    sends.push(now);
    recent = outcome.recentSends;
  }
  return sends;
}

const pauses = fc.array(
  fc.record({
    ms: fc.oneof(fc.integer({ min: 0, max: 90_000 }), fc.integer({ min: 0, max: DAY_MS })),
    wait: fc.boolean(),
  }),
  { maxLength: 60 },
);

function mostWithin(sends: readonly number[], windowMs: number): number {
  return Math.max(
    0,
    ...sends.map((end, i) => sends.slice(0, i + 1).filter((at) => at > end - windowMs).length),
  );
}

describe('decideCheck', () => {
  const pending = { checksUsed: 0, maxChecks: 5, expiresAt: NOON };

  test('approves the right code until the last millisecond, and not at the end', () => {
    expect(decideCheck(pending, true, NOON - 1)).toEqual({ kind: 'approved' });
    expect(decideCheck(pending, true, NOON)).toEqual({ kind: 'expired' });
    expect(decideCheck(pending, false, NOON)).toEqual({ kind: 'expired' });
  });

  test('approves with the last check that is left', () => {
    expect(decideCheck({ ...pending, checksUsed: 4 }, true, 0)).toEqual({ kind: 'approved' });
  });

  test('a wrong check says how many are left, and the last one ends it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (maxChecks) => {
        for (let checksUsed = 0; checksUsed < maxChecks; checksUsed++) {
          const checksLeft = maxChecks - checksUsed - 1;
          expect(decideCheck({ ...pending, checksUsed, maxChecks }, false, 0)).toEqual(
            checksLeft > 0 ? { kind: 'wrongCode', checksLeft } : { kind: 'exhausted' },
          );
        }
      }),
    );
  });
});

describe('decideSend', () => {
  test('by default five sends go in ten minutes, with waits of 30, 60, 120 and 240 s', () => {
    const waits: (number | undefined)[] = [];
    let recent: number[] = [];
    let now = NOON;
    for (let send = 0; send < 5; send++) {
      const outcome = decideSend(DEFAULTS, recent, now);
      if (outcome.kind === 'tooMany') throw new Error('refused');
      expect(outcome.sendsLeft).toBe(4 - send);
      recent = outcome.recentSends;
      waits.push(outcome.nextSendAt! - now);
      now = outcome.nextSendAt!;
    }
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 480_000]);
  });

  test('never lets more than maxSends go in any window, nor more than maxSendsPerDay in any day', () => {
    fc.assert(
      fc.property(limits, pauses, (rules, tries) => {
        const sends = sendAll(rules, tries);
        expect(mostWithin(sends, rules.sendWindowMs)).toBeLessThanOrEqual(rules.maxSends);
        expect(mostWithin(sends, DAY_MS)).toBeLessThanOrEqual(rules.maxSendsPerDay);
      }),
    );
  });

  test('never lets two sends go within the cool-down', () => {
    fc.assert(
      fc.property(limits, pauses, (rules, tries) => {
        const sends = sendAll(rules, tries);
        for (const [i, at] of sends.slice(1).entries())
          expect(at - sends[i]!).toBeGreaterThanOrEqual(rules.coolDownMs);
      }),
    );
  });

  test('the moment it names is the first one at which a send goes', () => {
    fc.assert(
      fc.property(limits, pauses, fc.double({ min: 0, max: 1, noNaN: true }), (rules, tries, share) => {
        const sends = sendAll(rules, tries);
        const last = sends.at(-1);
        fc.pre(last !== undefined);
        const next = earliestSend(rules, sends, last);
        expect(decideSend(rules, sends, next).kind).toBe('allowed');
        const before = Math.floor(last + (next - 1 - last) * share);
        if (before < next && before >= last) {
          expect(decideSend(rules, sends, before)).toEqual({
            kind: 'tooMany',
            nextSendAt: earliestSend(rules, sends, before),
          });
          expect(earliestSend(rules, sends, before)).toBe(next);
        }
      }),
    );
  });

  test('the answer to a send names the moment that the next refusal names', () => {
    fc.assert(
      fc.property(limits, pauses, (rules, tries) => {
        const sends = sendAll(rules, tries);
        const now = earliestSend(rules, sends, NOON);
        const outcome = decideSend(rules, sends, now);
        if (outcome.kind !== 'allowed') throw new Error('refused at the moment that was named');
        const again = decideSend(rules, outcome.recentSends, now);
        if (outcome.nextSendAt === undefined) expect(again.kind).toBe('allowed');
        else expect(again).toEqual({ kind: 'tooMany', nextSendAt: outcome.nextSendAt });
      }),
    );
  });

  test('as many sends as it says are left can go before the window ends, and no more', () => {
    const rules = { ...DEFAULTS, coolDownMs: 0 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        (maxSends, maxSendsPerDay) => {
          let recent: number[] = [];
          let promised: number | undefined;
          let went = 0;
          for (let i = 0; i < 40; i++) {
            const outcome = decideSend({ ...rules, maxSends, maxSendsPerDay }, recent, NOON + i);
            if (outcome.kind === 'tooMany') break;
            went += 1;
            promised ??= outcome.sendsLeft;
            recent = outcome.recentSends;
          }
          expect(went).toBe(1 + promised!);
          expect(sendsLeft({ ...rules, maxSends, maxSendsPerDay }, recent, NOON + 50)).toBe(0);
        },
      ),
    );
  });

  test('forgets what is older than a day, and counts up to the last millisecond of it', () => {
    const rules = { ...DEFAULTS, maxSendsPerDay: 1, sendWindowMs: 1_000 };
    expect(decideSend(rules, [NOON], NOON + DAY_MS - 1)).toEqual({
      kind: 'tooMany',
      nextSendAt: NOON + DAY_MS,
    });
    const outcome = decideSend(rules, [NOON], NOON + DAY_MS);
    expect(outcome).toMatchObject({ kind: 'allowed', recentSends: [NOON + DAY_MS] });
  });

  test('a cool-down longer than the window is kept', () => {
    const rules = { ...DEFAULTS, sendWindowMs: 1_000 };
    expect(decideSend(rules, [NOON], NOON + 29_999)).toEqual({ kind: 'tooMany', nextSendAt: NOON + 30_000 });
  });

  test('the cool-down grows no longer than the window is', () => {
    const rules = { ...DEFAULTS, maxSends: 20, maxSendsPerDay: 1_000, coolDownFactor: 10 };
    const sends = sendAll(
      rules,
      Array.from({ length: 10 }, () => ({ ms: 0, wait: true })),
    );
    for (const [i, at] of sends.slice(1).entries()) expect(at - sends[i]!).toBeLessThanOrEqual(600_000);
    expect(sends).toHaveLength(10);
  });
});

describe('the next channel', () => {
  test('is the one behind the current one, as the service orders them', () => {
    expect(nextChannel(['sms', 'inbound_sms'], 'sms')).toBe('inbound_sms');
    expect(nextChannel(['inbound_sms', 'sms'], 'sms')).toBeUndefined();
    expect(nextChannel(['inbound_sms'], 'sms')).toBeUndefined();
  });
});
