import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES } from '../../src/events/catalog.ts';
import { ALARM_NAMES, ALL_WEBHOOK_NAMES } from '../../src/webhooks/catalog.ts';
import { outcomeOf } from '../../src/webhooks/outcome.ts';
import { RETRY_SECONDS, retryWait } from '../../src/webhooks/schedule.ts';
import { signedHeaders, writeSecret } from '../../src/webhooks/signature.ts';
import type { Exchange } from '../../src/outgoing/http/exchange.ts';

const HOURS = 3_600;
const sure = () => 0;

describe('a signature', () => {
  test('is good to the library of the standard, for any body, and for no other', () => {
    const octets = fc.uint8Array({ minLength: 24, maxLength: 64 });
    fc.assert(
      fc.property(octets, fc.string({ unit: 'grapheme' }), (key, body) => {
        const secret = writeSecret(Buffer.from(key));
        const headers = signedHeaders([secret], 'whd_1', Date.now(), body);
        const verifier = new Webhook(secret);
        expect(() => verifier.verify(body, headers)).not.toThrow(/signature/i);
        expect(() => verifier.verify(`${body} `, headers)).toThrow();
      }),
    );
  });

  test('is there twice while the secret is rotated, so that either side may change first', () => {
    const [before, after, stranger] = [1, 2, 3].map((n) => writeSecret(Buffer.alloc(32, n)));
    const headers = signedHeaders([after!, before!], 'whd_1', Date.now(), '{}');
    for (const secret of [before!, after!]) expect(new Webhook(secret).verify('{}', headers)).toEqual({});
    expect(() => new Webhook(stranger!).verify('{}', headers)).toThrow();
  });
});

describe('retries', () => {
  test('come after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h …, the last one 75 h after the first attempt', () => {
    const waits = RETRY_SECONDS.map((_, i) => retryWait(i + 1, undefined, sure)! / 1_000);
    expect(waits.slice(0, 6)).toEqual([5, 300, 1_800, 2 * HOURS, 5 * HOURS, 10 * HOURS]);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(75 * HOURS);
    expect(retryWait(RETRY_SECONDS.length + 1, undefined, sure)).toBeUndefined();
  });

  test('are put off by chance by a tenth at most, and as long as the endpoint asks', () => {
    expect(retryWait(1, undefined, () => 0.999999)).toBeCloseTo(5_500, 0);
    expect(retryWait(1, 60_000, sure)).toBe(60_000);
    expect(retryWait(3, 60_000, sure)).toBe(1_800_000);
  });
});

const answer = (status: number, retryAfter?: string): Exchange => ({
  kind: 'answer',
  answer: { status, retryAfter, body: '', incomplete: undefined },
});

test.each<[string, Exchange, object]>([
  ['200', answer(200), { kind: 'delivered' }],
  ['204', answer(204), { kind: 'delivered' }],
  ['302', answer(302), { kind: 'retry', waitMs: 5_000, problem: 'answered 302: redirects are not followed' }],
  ['404', answer(404), { kind: 'retry', waitMs: 5_000, problem: 'answered 404' }],
  ['410', answer(410), { kind: 'gone', problem: 'answered 410: it is no more' }],
  ['429 with Retry-After', answer(429, '120'), { kind: 'retry', waitMs: 120_000, problem: 'answered 429' }],
  ['503 for a year', answer(503, '31536000'), { kind: 'retry', waitMs: 86_400_000, problem: 'answered 503' }],
  [
    'no answer',
    { kind: 'none', written: true, reason: 'no answer' },
    { kind: 'retry', problem: 'no answer' },
  ],
])('an endpoint that answers %s', (_what, exchange, outcome) => {
  expect(outcomeOf(exchange, 1, 0, sure)).toMatchObject(outcome);
});

test('the attempt behind the last wait is the last', () => {
  expect(outcomeOf(answer(500), RETRY_SECONDS.length + 1, 0, sure)).toEqual({
    kind: 'failed',
    problem: 'answered 500',
  });
});

test('every event and alarm has a name of its own', () => {
  expect(new Set(ALL_WEBHOOK_NAMES).size).toBe(EVENT_TYPES.length + ALARM_NAMES.length);
});
