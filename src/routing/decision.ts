import type { RouteId } from '../ids.ts';
import type { LineType } from '../numbers/resolution.ts';
import type { Ranked } from './policy.ts';

/**
 * A choice as an attempt keeps it, so that it can be explained later: every candidate, in a twentieth of the space that
 * the policy's answer takes. Of fifty routes an attempt's row costs PostgreSQL 36 µs and 1.3 KB of its log; 71 µs and
 * 2.5 KB when routes were called by short forms of their ids, 27 µs and 0.5 KB of two routes.
 */
export interface StoredDecision {
  /** What the values behind a score are, in this order. */
  factors: string[];
  /** Best first: the route, its score, and of the best ones a value per factor. */
  ranked: [route: RouteName, score: number, ...values: (number | null)[]][];
  /** The routes that could not be taken, by the reason why. */
  excluded: [reason: string, ...routes: RouteName[]][];
  /** Of the number, as far as it was known. */
  lineType?: LineType;
}

/** A route's number; of before, its id in 22 characters. */
type RouteName = number | string;

// Why the sixth best was not taken says its score.
const EXPLAINED = 5;

/** @param numbers of all the routes that were candidates */
export function encodeDecision(
  decision: readonly Ranked[],
  numbers: ReadonlyMap<string, number>,
  lineType: LineType = 'other',
): StoredDecision {
  const open = decision.filter((ranked) => ranked.excluded === undefined);
  const factors = [
    ...new Set(open.slice(0, EXPLAINED).flatMap(({ reasons }) => reasons.map((r) => r.factor))),
  ];
  const excluded = new Map<string, number[]>();
  for (const { routeId, excluded: reason } of decision) {
    if (reason === undefined) continue;
    const number = numbers.get(routeId)!;
    const before = excluded.get(reason);
    if (before) before.push(number);
    else excluded.set(reason, [number]);
  }
  return {
    factors,
    ranked: open.map(({ routeId, score, reasons }, i) => {
      const number = numbers.get(routeId)!;
      if (i >= EXPLAINED) return [number, rounded(score)];
      const values = factors.map((factor) => {
        const reason = reasons.find((r) => r.factor === factor);
        return reason ? rounded(reason.value) : null;
      });
      return [number, rounded(score), ...values];
    }),
    excluded: [...excluded].map(([reason, routes]) => [reason, ...routes]),
    ...(lineType !== 'other' && { lineType }),
  };
}

/**
 * @param stored also the answer of a policy as it is, which is what attempts kept at first
 * @param routes the account's, by their numbers
 */
export function decodeDecision(
  stored: StoredDecision | readonly Ranked[],
  routes: ReadonlyMap<number, RouteId>,
): readonly Ranked[] {
  if (!('factors' in stored)) return stored;
  return [
    ...stored.ranked.map(([route, score, ...values]) => ({
      routeId: routeIdOf(route, routes),
      score,
      reasons: stored.factors.flatMap((factor, i) => {
        const value = values[i];
        return value === null || value === undefined ? [] : [{ factor, value }];
      }),
    })),
    ...stored.excluded.flatMap(([excluded, ...names]) =>
      names.map((name) => ({ routeId: routeIdOf(name, routes), score: 0, excluded, reasons: [] })),
    ),
  ];
}

/** The numbers that a stored decision names. */
export function numbersIn(stored: StoredDecision | readonly Ranked[]): number[] {
  if (!('factors' in stored)) return [];
  const names = [
    ...stored.ranked.map(([route]) => route),
    ...stored.excluded.flatMap(([, ...names]) => names),
  ];
  return names.filter((name) => typeof name === 'number');
}

/** What kind of line the number was taken for; `undefined` where it was not known. */
export function lineTypeOf(stored: StoredDecision | readonly Ranked[]): LineType | undefined {
  return 'factors' in stored ? stored.lineType : undefined;
}

function routeIdOf(name: RouteName, routes: ReadonlyMap<number, RouteId>): RouteId {
  if (typeof name === 'string') return `rte_${Buffer.from(name, 'base64url').toString('hex')}`;
  // Of a route that is no more, an id that no route has.
  return routes.get(name) ?? `rte_${name.toString(16).padStart(32, 'f')}`;
}

/** Five digits behind the point: a price of 0.00001 is still one. */
function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
