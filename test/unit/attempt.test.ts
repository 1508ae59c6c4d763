import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advanceAttempt, statusAfterSubmit, type AttemptStatus } from '../../src/messages/attempt.ts';

const STATUSES: AttemptStatus[] = [
  'submitting',
  'submitted',
  'delivered',
  'undelivered',
  'rejected',
  'unknown',
];
const ENDS: AttemptStatus[] = ['delivered', 'undelivered', 'rejected'];
const statuses = fc.constantFrom(...STATUSES);

describe("an attempt's status", () => {
  test('follows the answer to the submit', () => {
    const error = { code: '0x45', message: 'submit failed' };
    expect(statusAfterSubmit({ kind: 'accepted', carrierMessageId: '1', segments: 1 })).toBe('submitted');
    expect(statusAfterSubmit({ kind: 'throttled', retryAfterMs: 1 })).toBe('rejected');
    expect(statusAfterSubmit({ kind: 'unavailable', reason: 'down' })).toBe('rejected');
    expect(statusAfterSubmit({ kind: 'rejected', error, retry: 'later' })).toBe('rejected');
    expect(statusAfterSubmit({ kind: 'unknown', reason: 'link lost' })).toBe('unknown');
  });

  test('never goes back, and an end is final, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(statuses, { maxLength: 20 }), (news) => {
        let status: AttemptStatus = 'submitting';
        const life = [status, ...news.map((to) => (status = advanceAttempt(status, to)))];
        expect(life.filter((one, i) => i > 0 && one !== life[i - 1]).length).toBeLessThanOrEqual(3);
        expect(life.slice(1)).not.toContain(life[1] === 'submitting' ? undefined : 'submitting');
        const end = life.findIndex((one) => ENDS.includes(one));
        if (end >= 0) expect(new Set(life.slice(end)).size).toBe(1);
      }),
    );
  });

  test('what a dead worker left unknown is still settled by an answer or a receipt that comes late', () => {
    expect(advanceAttempt('unknown', 'submitted')).toBe('submitted');
    expect(advanceAttempt('unknown', 'delivered')).toBe('delivered');
    expect(advanceAttempt('submitted', 'unknown')).toBe('submitted');
  });

  test('a receipt may come before the answer', () => {
    expect(advanceAttempt('submitting', 'delivered')).toBe('delivered');
    expect(advanceAttempt('delivered', 'submitted')).toBe('delivered');
  });

  test('of two different ends the first counts', () => {
    for (const first of ENDS) for (const second of ENDS) expect(advanceAttempt(first, second)).toBe(first);
  });
});
