import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAges } from '../../../src/routing/policy/ages.ts';
import { createEvidence } from '../../../src/routing/policy/evidence.ts';
import { createLearner } from '../../../src/routing/policy/learn.ts';
import { createRanking } from '../../../src/routing/policy/rank.ts';
import { createSummarizer } from '../../../src/routing/policy/summary.ts';
import type { ObservationKind } from '../../../src/routing/policy.ts';
import { candidate, HERE, NOW } from './candidates.ts';
import { rankPlainly } from './plain-ranking.ts';

const ROUTES = ['a', 'b', 'c', 'd', 'e', 'f'];
const ENDS: (ObservationKind | undefined)[] = [
  'converted',
  'converted',
  'delivered',
  'rejected',
  'throttled',
  'abandoned',
  undefined,
];

/** Messages one after the other, each with what becomes of it at once or later. */
const history = fc.array(
  fc.record({
    route: fc.constantFrom(...ROUTES),
    // Bursts and pauses: stages fill up, outages are suspected, old evidence fades.
    pauseMs: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 1_500_000 })),
    end: fc.constantFrom(...ENDS),
    afterMs: fc.integer({ min: 0, max: 90_000 }),
    burst: fc.integer({ min: 1, max: 12 }),
  }),
  { minLength: 1, maxLength: 40 },
);

const open = fc
  .array(fc.record({ price: fc.double({ min: 0, max: 0.5, noNaN: true }), shut: fc.boolean() }), {
    minLength: ROUTES.length,
    maxLength: ROUTES.length,
  })
  .map((all) =>
    all.map(({ price, shut }, i) =>
      candidate(ROUTES[i]!, { price, priority: i + 1, ...(shut && i > 1 && { exclude: 'full' }) }),
    ),
  );

/** The parts of a policy, so that a test can look at what it keeps. */
function createParts(value: number) {
  const ages = createAges(600_000);
  const evidence = createEvidence(ages);
  const summarizer = createSummarizer(ages, evidence.conversions);
  const learner = createLearner(evidence, summarizer, ages);
  return { ages, evidence, value, rank: createRanking(evidence, summarizer, value), ...learner };
}

type Parts = ReturnType<typeof createParts>;

function forgetSums({ evidence }: Parts): void {
  for (const route of evidence.routes.values()) route.cell.version += 1;
  for (const place of evidence.allPlaces()) for (const cell of place.cells.values()) cell.version += 1;
}

function expectPlain(parts: Parts, candidates: ReturnType<typeof candidate>[], now: number): void {
  const request = { ...HERE, now };
  const fast = parts.rank(request, candidates, now).filter(({ excluded }) => excluded === undefined);
  const plain = rankPlainly(parts, request, candidates, now);
  const utilities = new Map(plain.map((one) => [one.routeId, one]));
  const exploring = fast[0]!.reasons.find(({ factor }) => factor === 'exploring')?.value ?? 0;
  for (const [i, { routeId, score }] of fast.entries()) {
    const looked = i === 0 && exploring > 0;
    // Of two that are equally good the last digit says which is the best.
    const { utility, rests, look } = utilities.get(routeId)!;
    expect(Math.abs(score - (looked ? plain[0]!.utility + look : utility))).toBeLessThan(1e-7);
    const next = fast[i + 1] && utilities.get(fast[i + 1]!.routeId)!;
    if (!next || looked) continue;
    expect(rests).toBeLessThanOrEqual(next.rests);
    if (rests === next.rests) expect(utility).toBeGreaterThan(next.utility - 1e-7);
  }
  // Of those that are worth a look the least known; where worth or knowledge is equal, the last digit decides.
  const worthy = plain.filter(({ worth }) => worth > 1e-7);
  const least = Math.min(...worthy.map(({ known }) => known));
  if (exploring > 1e-7) expect(utilities.get(fast[0]!.routeId)!.known).toBeLessThan(least + 1e-5);
  else expect(worthy).toEqual([]);
}

test('the ranking is what its formulas give when everything is summed up anew, whatever was told', () => {
  fc.assert(
    fc.property(history, open, fc.constantFrom(0.2, 1, 5), (messages, candidates, value) => {
      const parts = createParts(value);
      let at = NOW;
      let n = 0;
      for (const { route, pauseMs, end, afterMs, burst } of messages) {
        at += pauseMs;
        parts.attempts.advance(at);
        forgetSums(parts);
        expectPlain(parts, candidates, at);
        const first = n;
        const tell = (kind: ObservationKind, i: number, when: number) =>
          parts.learn({ ...HERE, routeId: route, attemptId: `${i}`, kind, at: when });
        for (let i = 0; i < burst; i++) tell('submitted', n++, at);
        // Nothing has passed since the last question but the news: those sums alone are made anew.
        expectPlain(parts, candidates, at);
        if (end === undefined) continue;
        const soon = afterMs < 30_000 ? 0 : afterMs;
        at += soon;
        for (let i = first; i < n; i += 2) tell(end, i, at);
        if (soon === 0) expectPlain(parts, candidates, at);
      }
    }),
    { numRuns: 200 },
  );
});
