import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '../../src/crypto/new-id.ts';
import { LINE_TYPES } from '../../src/numbers/resolution.ts';
import { parseId, uuidOf, type RouteId } from '../../src/ids.ts';
import {
  decodeDecision,
  encodeDecision,
  lineTypeOf,
  type StoredDecision,
} from '../../src/routing/decision.ts';
import type { Ranked } from '../../src/routing/policy.ts';

const aValue = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 1e5 + 0);
const aFactor = fc.constantFrom('rate', 'error', 'price', 'load', 'alarm');
const anOpenOne = fc.record({
  score: aValue,
  reasons: fc.uniqueArray(fc.record({ factor: aFactor, value: aValue }), { selector: (r) => r.factor }),
});
const aReason = fc.constantFrom('the window is full', 'does not serve HR', 'already tried');

function decisionOf(open: Pick<Ranked, 'score' | 'reasons'>[], shut: string[]): Ranked[] {
  return [
    ...open.map((one) => ({ routeId: newId('rte'), ...one })),
    ...shut.map((excluded) => ({ routeId: newId('rte'), score: 0, excluded, reasons: [] })),
  ];
}

/** What the account of a decision calls its routes. */
function numbersOf(decision: readonly Ranked[]) {
  const routes = new Map(decision.map(({ routeId }, i) => [i + 1, routeId as RouteId]));
  return { routes, numbers: new Map([...routes].map(([number, routeId]) => [routeId as string, number])) };
}

function storeAndRead(decision: readonly Ranked[]): readonly Ranked[] {
  const { numbers, routes } = numbersOf(decision);
  return decodeDecision(encodeDecision(decision, numbers), routes);
}

describe('a stored decision', () => {
  test('names every candidate with its score in its order, and every exclusion with its reason', () => {
    fc.assert(
      fc.property(
        fc.array(anOpenOne, { maxLength: 12 }),
        fc.array(aReason, { maxLength: 12 }),
        (open, shut) => {
          const decision = decisionOf(open, shut);
          const back = storeAndRead(decision);
          const summary = (all: readonly Ranked[]) => all.map((r) => [r.routeId, r.score, r.excluded]);
          const openOnes = (all: readonly Ranked[]) => all.filter((r) => r.excluded === undefined);
          expect(summary(openOnes(back))).toEqual(summary(openOnes(decision)));
          expect(summary(back).toSorted()).toEqual(summary(decision).toSorted());
        },
      ),
    );
  });

  test('keeps what the scores of the best five were made of', () => {
    fc.assert(
      fc.property(fc.array(anOpenOne, { maxLength: 12 }), (open) => {
        const decision = decisionOf(open, []);
        const back = storeAndRead(decision);
        for (const [i, { reasons }] of decision.entries()) {
          const kept = [...back[i]!.reasons].sort((a, b) => a.factor.localeCompare(b.factor));
          const meant = [...reasons].sort((a, b) => a.factor.localeCompare(b.factor));
          expect(kept).toEqual(i < 5 ? meant : []);
        }
      }),
    );
  });

  test('says what kind of line the number was taken for, and nothing where that was not known', () => {
    const lineTypes = LINE_TYPES.map((lineType) => lineTypeOf(encodeDecision([], new Map(), lineType)));
    expect(lineTypes).toEqual(LINE_TYPES.map((lineType) => (lineType === 'other' ? undefined : lineType)));
    expect(lineTypeOf(encodeDecision([], new Map()))).toBeUndefined();
    expect(lineTypeOf([])).toBeUndefined();
  });

  test('of before, a list of candidates, is read as it is', () => {
    const before = decisionOf(
      [{ score: 1, reasons: [{ factor: 'priority', value: 1 }] }],
      ['the window is full'],
    );
    expect(decodeDecision(before, new Map())).toEqual(before);
  });

  test('of before, with ids of 22 characters, is read as it was', () => {
    const [taken, shut] = [newId('rte'), newId('rte')];
    const short = (id: RouteId) => Buffer.from(uuidOf(id), 'hex').toString('base64url');
    const before: StoredDecision = {
      factors: ['rate', 'load'],
      ranked: [[short(taken), 0.9, 0.95, null]],
      excluded: [['the window is full', short(shut)]],
    };
    expect(decodeDecision(before, new Map())).toEqual([
      { routeId: taken, score: 0.9, reasons: [{ factor: 'rate', value: 0.95 }] },
      { routeId: shut, score: 0, excluded: 'the window is full', reasons: [] },
    ]);
  });

  test('says all but the name of a route that is no more', () => {
    const decision = decisionOf(
      [{ score: 1, reasons: [{ factor: 'rate', value: 1 }] }],
      ['does not serve HR'],
    );
    const stored = encodeDecision(decision, numbersOf(decision).numbers);
    const back = decodeDecision(stored, new Map());
    expect(back).toMatchObject(decision.map(({ routeId: _id, ...rest }) => rest));
    expect(new Set(back.map(({ routeId }) => routeId)).size).toBe(2);
    for (const { routeId } of back) expect(parseId('rte', routeId)).toBe(routeId);
  });

  test('takes less than a tenth of the space for fifty routes', () => {
    const reasons = ['rate', 'error', 'price', 'exploring'].map((factor, i) => ({ factor, value: i / 7 }));
    const decision = decisionOf(
      Array.from({ length: 50 }, (_, i) => ({ score: 1 / (i + 3), reasons })),
      [],
    );
    const size = (value: unknown) => JSON.stringify(value).length;
    expect(size(encodeDecision(decision, numbersOf(decision).numbers)) * 10).toBeLessThan(size(decision));
  });
});
