import { describe, expect, test } from 'vitest';
import { newId } from '../../src/crypto/new-id.ts';
import { convertedBy, isExcused, overtake, type Sighting } from '../../src/messages/sightings.ts';

const [FIRST, SECOND] = [newId('msg', 1), newId('msg', 2)];

function attempt(change: Partial<Sighting> = {}): Sighting {
  const ids = { attemptId: newId('att'), messageId: FIRST, routeId: newId('rte') };
  return { ...ids, failed: false, isOvertaken: false, ...change };
}

describe('a conversion is credited to', () => {
  test('the only attempt, whatever its carrier said', () => {
    const one = attempt({ failed: true });
    expect(convertedBy([one])).toBe(one);
  });

  test('the last one that went out, without any receipt', () => {
    const [first, second] = [attempt(), attempt()];
    expect(convertedBy([first, second])).toBe(second);
  });

  test('the one with a receipt, also when another one went out later', () => {
    const [first, second] = [attempt({ deliveredAt: 5 }), attempt()];
    expect(convertedBy([first, second])).toBe(first);
  });

  test('the one that the handset got last', () => {
    const [first, second] = [attempt({ deliveredAt: 9 }), attempt({ deliveredAt: 5 })];
    expect(convertedBy([first, second])).toBe(first);
  });

  test('one that did not fail', () => {
    const [first, second] = [attempt(), attempt({ failed: true })];
    expect(convertedBy([first, second])).toBe(first);
  });

  test('nobody, when nothing went out', () => {
    expect(convertedBy([])).toBeUndefined();
  });
});

describe('an attempt whose verification was approved by another one', () => {
  test('is excused: it was in vain for no fault of its route', () => {
    expect(isExcused(attempt())).toBe(true);
  });

  test('keeps its silence when the message went out again because nothing was heard of it', () => {
    const [silent, heard, refused] = [attempt(), attempt({ deliveredAt: 1 }), attempt({ failed: true })];
    overtake([silent, heard, refused], { messageId: FIRST, isLate: true });
    expect([silent, heard, refused].map(isExcused)).toEqual([false, true, true]);
    // Its receipt came all the same, only late.
    silent.deliveredAt = 2;
    expect(isExcused(silent)).toBe(true);
  });

  test('keeps its silence when its person asked for another message before anything was heard of it', () => {
    const [silent, heard, refused] = [attempt(), attempt({ deliveredAt: 1 }), attempt({ failed: true })];
    overtake([silent, heard, refused], { messageId: SECOND, isLate: false });
    expect([silent, heard, refused].map(isExcused)).toEqual([false, true, true]);
  });

  test('is excused when only its message was tried again, or an older one', () => {
    const [first, second] = [attempt(), attempt({ messageId: SECOND })];
    overtake([first, second], { messageId: FIRST, isLate: false });
    expect([first, second].map(isExcused)).toEqual([true, true]);
    overtake([first, second], { messageId: FIRST, isLate: true });
    expect([first, second].map(isExcused)).toEqual([false, true]);
  });
});
