import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectReceipt, givesReceipts, type ReceiptEvidence } from '../../../src/routing/expect-receipt.ts';
import type { ReceiptSums } from '../../../src/routing/receipt-sums.ts';

const NOTHING: ReceiptSums = { taken: 0, reported: 0, delivered: 0, p95Ms: 100, arrived: 0, lost: 0 };
const UNKNOWN: ReceiptEvidence = {
  ...{ routeInCountry: NOTHING, route: NOTHING, carrier: NOTHING },
  ...{ country: NOTHING, all: NOTHING },
};

/** So many receipts within so long, of as many messages. */
const receipts = (delivered: number, p95Ms: number): ReceiptSums => ({
  ...NOTHING,
  ...{ taken: delivered, reported: delivered, delivered, p95Ms },
});

const ms = fc.integer({ min: 100, max: 3_600_000 });
const anySums = fc.tuple(fc.nat(40), ms).map(([count, p95Ms]) => receipts(count, p95Ms));
const anyEvidence: fc.Arbitrary<ReceiptEvidence> = fc.record({
  ...{ routeInCountry: anySums, route: anySums, carrier: anySums },
  ...{ country: anySums, all: anySums },
});
const p95 = (evidence: ReceiptEvidence) => expectReceipt(evidence)!.p95Ms;

describe('the time that a receipt is expected in', () => {
  test('is 20 s where nothing is known', () => {
    expect(expectReceipt(UNKNOWN)).toEqual({ p95Ms: 20_000, own: 0 });
  });

  test('is the own one, whatever the others are, from twenty receipts on', () => {
    fc.assert(
      fc.property(anyEvidence, fc.integer({ min: 20, max: 2_000 }), ms, (evidence, count, ownMs) => {
        expect(p95({ ...evidence, routeInCountry: receipts(count, ownMs) })).toBeCloseTo(ownMs, 3);
      }),
    );
  });

  test('is that of the next wider level where the narrower ones know nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 2_000 }), ms, (count, p95Ms) => {
        const known = receipts(count, p95Ms);
        expect(p95({ ...UNKNOWN, route: known })).toBeCloseTo(p95Ms, 3);
        expect(p95({ ...UNKNOWN, carrier: known })).toBeCloseTo(p95Ms, 3);
        // Of other carriers: what is slow there is slow here; that they are quick says less.
        expect(p95({ ...UNKNOWN, country: known })).toBeCloseTo(Math.max(20_000, p95Ms), 3);
        expect(p95({ ...UNKNOWN, all: known })).toBeCloseTo(Math.max(20_000, p95Ms), 3);
      }),
    );
  });

  test('lies between the own one and the wider one, and nears the own one with every receipt', () => {
    fc.assert(
      fc.property(anyEvidence, ms, (evidence, ownMs) => {
        const after = (count: number) => p95({ ...evidence, routeInCountry: receipts(count, ownMs) });
        const [low, high] = [after(0), ownMs].toSorted((a, b) => a - b) as [number, number];
        let farther = Infinity;
        for (let count = 0; count <= 20; count++) {
          const now = after(count);
          expect(now).toBeGreaterThanOrEqual(low * 0.999);
          expect(now).toBeLessThanOrEqual(high * 1.001);
          const far = Math.abs(Math.log(now / ownMs));
          expect(far).toBeLessThanOrEqual(farther + 1e-9);
          farther = far;
        }
      }),
    );
  });

  test('is the own one after five receipts where that is longer: too short a wait costs a text each time', () => {
    fc.assert(
      fc.property(anyEvidence, ms, (evidence, ownMs) => {
        const before = p95({ ...evidence, routeInCountry: NOTHING });
        fc.pre(ownMs > before);
        expect(p95({ ...evidence, routeInCountry: receipts(5, ownMs) })).toBeCloseTo(ownMs, 3);
      }),
    );
  });
});

describe('receipts are waited for', () => {
  const counts = fc.nat(10_000);
  const anyLevel = fc.record({ taken: counts, reported: fc.constant(0), arrived: counts, lost: counts });

  test('where no silent message is known to have arrived, however many are silent', () => {
    fc.assert(
      fc.property(fc.array(anyLevel, { maxLength: 3 }), (levels) => {
        expect(givesReceipts(levels.map((level) => ({ ...level, arrived: 0 })))).toBe(true);
      }),
    );
  });

  test('where they come for half of what is taken, whatever else is said', () => {
    fc.assert(
      fc.property(anyLevel, fc.array(anyLevel, { maxLength: 2 }), (level, wider) => {
        fc.pre(level.taken > 0);
        expect(givesReceipts([{ ...level, reported: level.taken / 2 }, ...wider])).toBe(true);
      }),
    );
  });

  test('nowhere where three silent messages arrived, unless the narrower level knows better', () => {
    const muted = { taken: 10, reported: 0, arrived: 3, lost: 7 };
    const lost = { taken: 10, reported: 0, arrived: 2, lost: 8 };
    const unknown = { taken: 9, reported: 0, arrived: 2, lost: 7 };
    expect(givesReceipts([muted])).toBe(false);
    expect(givesReceipts([unknown, muted])).toBe(false);
    expect(givesReceipts([unknown, unknown, muted])).toBe(false);
    expect(givesReceipts([lost, muted])).toBe(true);
    expect(givesReceipts([{ ...unknown, reported: 5 }, muted])).toBe(true);
  });
});
