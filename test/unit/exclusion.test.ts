import { describe, expect, test } from 'vitest';
import type { CarrierHealth } from '../../src/carriers/carrier.ts';
import type { RouteId } from '../../src/ids.ts';
import {
  lastingExclusion,
  lastingVerdict,
  passingExclusion,
  reopened,
  type Exclusion,
  type LastingInput,
  type PassingInput,
} from '../../src/messages/exclusion.ts';
import type { Tried } from '../../src/messages/tried.ts';
import { LINE_TYPES } from '../../src/numbers/resolution.ts';

const FIXED = 'the number is a fixed line, which gets no text messages';
const ROUTE = 'rte_1' as RouteId;
const HEALTHY: CarrierHealth = {
  ...{ state: 'up', inFlight: 8, window: 10, binds: [] },
  pace: { perSecond: 0, throttles: 0, backOff: 1 },
};
const HERE: LastingInput['place'] = { country: 'HR', operator: undefined, lineType: 'mobile' };
const UP = { freeWindow: () => 2, health: () => HEALTHY };
const BEFORE: Tried = {
  ...{ routeId: ROUTE, carrierId: 'car_1' },
  ...{ status: 'rejected', retry: 'later', isLate: false },
};

type Input = LastingInput & PassingInput;

function exclude(more: Partial<Input> = {}): Exclusion | undefined {
  const input: Input = {
    route: { id: ROUTE, countries: ['HR'], operators: null },
    place: HERE,
    price: 0.05,
    maxPrice: null,
    skipsLandlines: true,
    barrier: undefined,
    carrier: UP,
    taken: 0,
    tried: [],
    ...more,
  };
  return lastingExclusion(input) ?? passingExclusion(ROUTE, input);
}

describe('a route', () => {
  test('is open when nothing speaks against it, at exactly the highest price, too', () => {
    expect(exclude()).toBeUndefined();
    expect(exclude({ maxPrice: 0.05, taken: 1 })).toBeUndefined();
    expect(exclude({ tried: [{ ...BEFORE, routeId: 'rte_2', retry: 'elsewhere' }] })).toBeUndefined();
  });

  test('is open to every line that may get a text, and to all where the service says so', () => {
    for (const lineType of LINE_TYPES)
      expect(exclude({ place: { ...HERE, lineType } })?.kind).toBe(
        lineType === 'fixed' ? 'number' : undefined,
      );
    expect(exclude({ place: { ...HERE, lineType: 'fixed' }, skipsLandlines: false })).toBeUndefined();
  });

  test.each<[Exclusion['kind'], string, Partial<Input>]>([
    ['lasting', 'outside EU: the carrier is in US', { barrier: 'outside EU: the carrier is in US' }],
    ['lasting', 'does not serve SI', { place: { ...HERE, country: 'SI' } }],
    [
      'lasting',
      'does not serve the operator 21901',
      { route: { id: ROUTE, countries: null, operators: ['21910'] }, place: { ...HERE, operator: '21901' } },
    ],
    // A lookup may tell another time.
    [
      'passing',
      'serves some operators only, and that of the number is not known',
      { route: { id: ROUTE, countries: null, operators: ['21910'] } },
    ],
    ['lasting', 'costs 0.05, more than the 0.04 that the service pays', { maxPrice: 0.04 }],
    ['lasting', 'refused this message with its sender', { tried: [{ ...BEFORE, retry: 'elsewhere' }] }],
    ['lasting', 'has this message already', { tried: [{ ...BEFORE, status: 'submitted', retry: null }] }],
    ['passing', 'the carrier is not enabled', { carrier: undefined }],
    ['passing', 'the window is full', { taken: 2 }],
    [
      'passing',
      'the link is down',
      {
        carrier: {
          freeWindow: () => 0,
          health: () => ({ ...HEALTHY, state: 'down', problem: 'the link is down' }),
        },
      },
    ],
    ['tried', 'already tried for this message', { tried: [BEFORE] }],
    // What lasts is said first: the rest may be over tomorrow.
    [
      'lasting',
      'does not serve SI',
      { place: { ...HERE, country: 'SI' }, carrier: undefined, tried: [BEFORE] },
    ],
    // And what no other route would change, before all.
    ['number', FIXED, { place: { ...HERE, lineType: 'fixed' }, barrier: 'outside EU: the carrier is in US' }],
  ])('is shut (%s): %s', (kind, reason, input) => {
    expect(exclude(input)).toEqual({ kind, reason });
  });
});

describe('all routes together', () => {
  const lasting: Exclusion = { kind: 'lasting', reason: 'does not serve HR' };
  const passing: Exclusion = { kind: 'passing', reason: 'the window is full' };
  const tried: Exclusion = { kind: 'tried', reason: 'already tried for this message' };

  test('reopen those that were tried only when nothing else is open', () => {
    expect(reopened([tried, undefined, lasting])).toEqual([tried, undefined, lasting]);
    expect(reopened([tried, passing, lasting])).toEqual([undefined, passing, lasting]);
  });

  test.each<[string | undefined, (Exclusion | undefined)[]]>([
    ['there is no route', []],
    ['no route can take it: does not serve HR', [lasting, lasting]],
    ['no route can take it: does not serve HR; already tried for this message', [lasting, tried]],
    [undefined, [lasting, passing]],
    [undefined, [lasting, undefined]],
  ])('are shut for good (%s) only where no time opens one', (reason, exclusions) => {
    expect(lastingVerdict(exclusions)).toEqual(reason && { reason, failsFor: 'no_route' });
  });

  test('say that it is the number where no change of theirs would help', () => {
    const number: Exclusion = { kind: 'number', reason: FIXED };
    expect(lastingVerdict([number, number])).toEqual({ reason: FIXED, failsFor: 'undeliverable' });
  });
});
