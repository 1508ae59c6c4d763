import { describe, expect, test } from 'vitest';
import type { CarrierHealth } from '../../../src/carriers/carrier.ts';
import {
  hasMoved,
  isNews,
  overallHealth,
  stateOf,
  whyFull,
  type WorkerHealth,
} from '../../../src/carriers/health.ts';
import { newId } from '../../../src/crypto/new-id.ts';

const id = newId('car');
const WELL: CarrierHealth = {
  state: 'up',
  inFlight: 2,
  window: 10,
  pace: { perSecond: 5, throttles: 0, backOff: 1 },
  binds: [{ mode: 'transceiver', state: 'up', inFlight: 2, window: 10 }],
  breaker: { state: 'closed' },
};
const REFUSED = 'bind refused: invalid password (0x0e)';
const DOWN: CarrierHealth = {
  ...WELL,
  state: 'down',
  problem: REFUSED,
  inFlight: 0,
  breaker: { state: 'closed' },
};

function overall(...workers: CarrierHealth[]) {
  return overallHealth(
    id,
    workers.map((health, i): WorkerHealth => ({ ...health, worker: `w${i}`, asOf: 1_000 + i })),
    'cursor',
  );
}

test('a link that is up is degraded by a problem, and down while its breaker is open', () => {
  expect(stateOf(WELL)).toBe('up');
  expect(stateOf({ ...WELL, problem: 'throttled' })).toBe('degraded');
  expect(stateOf({ ...WELL, breaker: { state: 'open', nextProbeAt: 1 }, problem: 'breaker open' })).toBe(
    'down',
  );
  expect(stateOf({ ...WELL, breaker: { state: 'halfOpen' }, problem: 'half open' })).toBe('degraded');
  expect(stateOf({ ...WELL, state: 'connecting' })).toBe('connecting');
  expect(stateOf({ ...DOWN, state: 'connecting' })).toBe('down');
  expect(stateOf(DOWN)).toBe('down');
});

describe('all workers together', () => {
  test('add up their loads, and are as new as the newest', () => {
    const held = { ...WELL, pace: { perSecond: 1.5, throttles: 3, backOff: 0.5, allowedPerSecond: 20 } };
    expect(overall(held, held)).toMatchObject({
      state: 'up',
      inFlight: 4,
      window: 20,
      perSecond: 3,
      allowedPerSecond: 40,
      throttles: 6,
      breaker: 'closed',
      asOf: 1_001,
    });
    // What nothing holds back for one is not held back as a whole.
    expect(overall(WELL, held)).not.toHaveProperty('allowedPerSecond');
  });

  test('are degraded when they differ, and say how many have which problem', () => {
    expect(overall(WELL, DOWN)).toMatchObject({ state: 'degraded', problem: `1 of 2 workers: ${REFUSED}` });
    expect(overall(DOWN, DOWN)).toMatchObject({ state: 'down', problem: REFUSED });
    const open: CarrierHealth = {
      ...WELL,
      breaker: { state: 'open', nextProbeAt: 5 },
      problem: 'breaker open',
    };
    expect(overall(WELL, open)).toMatchObject({ state: 'degraded', breaker: 'open' });
  });

  test('are unknown, in words, when there are none', () => {
    const none = overall();
    expect(none).toMatchObject({ state: 'unknown', window: 0, perSecond: 0, workers: [] });
    expect(none.problem).toMatch(/no worker tells of it/);
    expect(none).not.toHaveProperty('asOf');
  });
});

test('that nothing moved is nothing to tell', () => {
  const later = { ...overall(WELL), cursor: 'another', asOf: 9_999 };
  expect(hasMoved(overall(WELL), later)).toBe(false);
  expect(hasMoved(overall(WELL), { ...later, inFlight: 3 })).toBe(true);
  expect(hasMoved(overall(WELL), overall({ ...WELL, binds: [] }))).toBe(true);
});

test('a full window is said to be one, whatever else is wrong, unless nothing could go anyway', () => {
  const slow: CarrierHealth = { ...WELL, problem: 'slow' };
  expect(whyFull({ ...slow, inFlight: 10 }, 0)).toBe('the window is full');
  expect(whyFull(slow, 8)).toBe('the window is full');
  expect(whyFull({ ...WELL, problem: 'throttled' }, 0)).toBe('throttled');
  expect(whyFull(DOWN, 10)).toBe(REFUSED);
  const open: CarrierHealth = { ...WELL, breaker: { state: 'open' }, problem: 'breaker open' };
  expect(whyFull(open, 10)).toBe('breaker open');
  expect(whyFull({ ...DOWN, problem: undefined! }, 0)).toBe('the link is down');
});

test('a carrier that stands and has places is full because its throughput is used up', () => {
  expect(whyFull(WELL, 0)).toBe('its throughput is used up at this moment');
});

test('together the workers have room for what each of them has, by its pace and its breaker, too', () => {
  expect(overall().free).toBe(0);
  expect(overall({ ...WELL, free: 3 }, { ...WELL, free: 0 }).free).toBe(3);
  // One of before does not say: then its window does.
  expect(overall(WELL, { ...WELL, free: 1 }).free).toBe(9);
  expect(overall(DOWN, { ...WELL, breaker: { state: 'open' } }).free).toBe(0);
});

test('news is what a person would want to hear of at once, not a number that moves', () => {
  const open = (seconds: number): CarrierHealth => ({
    ...WELL,
    breaker: { state: 'open', nextProbeAt: seconds },
    problem: `breaker open; next probe in ${seconds} s`,
  });
  expect(isNews(undefined, WELL)).toBe(true);
  expect(isNews(WELL, { ...WELL, inFlight: 9, pace: { ...WELL.pace, perSecond: 50 } })).toBe(false);
  expect(isNews(open(9), open(8))).toBe(false);
  expect(isNews(WELL, open(9))).toBe(true);
  expect(isNews(open(1), { ...open(1), breaker: { state: 'halfOpen' } })).toBe(true);
  expect(isNews(WELL, { ...WELL, pace: { ...WELL.pace, throttles: 1 } })).toBe(true);
  expect(isNews(WELL, { ...WELL, binds: [{ ...WELL.binds[0]!, state: 'down' }] })).toBe(true);
});
