import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/messages/message.ts';
import { silentBy, type Hushed } from '../../src/messages/silent.ts';
import type { Tried } from '../../src/messages/tried.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const FIRST: Tried = {
  ...{ routeId: 'rte_1', carrierId: 'car_1' },
  ...{ status: 'submitted', retry: null, isLate: false },
};
const COPY: Tried = { ...FIRST, routeId: 'rte_2', isLate: true };
const REFUSED: Tried = { ...FIRST, status: 'rejected', retry: 'later' };
const TAKEN: Fact = { kind: 'outcome', outcome: { kind: 'accepted', carrierMessageId: '1', segments: 1 } };
const ENDED: Fact = { kind: 'ended' };
const LEFT_MS = 60_000;

/** A message with one attempt, whose code was typed in. */
function silent(
  fact: Fact,
  verification: Partial<Hushed<Tried>['verification']> = {},
  more: Partial<Hushed<Tried>> = {},
  isExpected = true,
) {
  const about: Hushed<Tried> = {
    verification: {
      ...{ mode: 'live', channel: 'sms', status: 'approved' },
      ...{ expiresAt: new Date(NOW + LEFT_MS), ...verification },
    },
    isPinned: false,
    tried: [FIRST],
    attempt: undefined,
    ...more,
  };
  return silentBy(fact, about, () => isExpected, NOW);
}

const OVER = { expiresAt: new Date(NOW) };
const ARRIVED = { attempt: FIRST, hasArrived: true };
const LOST = { attempt: FIRST, hasArrived: false };

describe('a message that is due for its receipt', () => {
  test('had arrived if its code was typed in', () => {
    expect(silent(ENDED)).toEqual(ARRIVED);
    expect(silent(ENDED, {}, { tried: [REFUSED, FIRST] })).toEqual(ARRIVED);
  });

  test('was lost if it is sent again: the attempt before the copy, and only while nothing is heard of it', () => {
    const pending = { status: 'pending' } as const;
    expect(silent(TAKEN, pending, { tried: [FIRST, COPY], attempt: COPY })).toEqual(LOST);
    const heard = { ...FIRST, status: 'delivered' } as const;
    expect(silent(TAKEN, pending, { tried: [heard, COPY], attempt: COPY })).toBeUndefined();
    const refusedCopy = { ...COPY, ...REFUSED, isLate: true };
    const next = { ...COPY };
    const three = { tried: [FIRST, refusedCopy, next], attempt: next };
    expect(silent(TAKEN, pending, three)).toBeUndefined();
  });

  test('says nothing where another attempt may have arrived', () => {
    expect(silent(ENDED, {}, { tried: [FIRST, COPY] })).toBeUndefined();
    expect(silent(ENDED, {}, { tried: [{ ...FIRST, status: 'unknown' }, COPY] })).toBeUndefined();
    expect(silent(ENDED, {}, { tried: [{ ...FIRST, status: 'unknown' }] })).toBeUndefined();
  });

  test.each<[string, Partial<Hushed<Tried>['verification']>, Partial<Hushed<Tried>>]>([
    ['is a test', { mode: 'test' }, {}],
    ['went on over another channel', { channel: 'inbound_sms' }, {}],
    ['was canceled', { status: 'canceled' }, {}],
    ['tries a route', {}, { isPinned: true }],
    ['has no attempt', {}, { tried: [] }],
  ])('says nothing where it %s', (_what, verification, more) => {
    expect(silent(ENDED, verification, more)).toBeUndefined();
  });
});

describe('a message whose code has ended', () => {
  test.each(['pending', 'expired'] as const)('was lost where no receipt was waited for (%s)', (status) => {
    expect(silent(ENDED, { status, ...OVER }, {}, false)).toEqual(LOST);
  });

  test('had arrived if its code was typed in, where no receipt was waited for', () => {
    expect(silent(ENDED, OVER, {}, false)).toEqual(ARRIVED);
  });

  test('was counted before, where one was', () => {
    expect(silent(ENDED, OVER)).toBeUndefined();
    expect(silent(ENDED, { status: 'expired', ...OVER })).toBeUndefined();
  });
});
