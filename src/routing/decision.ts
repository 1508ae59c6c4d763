import { uuidOf, type RouteId } from '../ids.ts';
import type { LineType } from '../numbers/resolution.ts';
import type { Ranked } from './policy.ts';

/**
 * A choice as an attempt keeps it, so that it can be explained later: every candidate, in an eighth of the
 * space that the policy's answer takes (1.5 KB instead of 12 KB for 50 routes).
 */
export interface StoredDecision {
  /** What the values behind a score are, in this order. */
  factors: string[];
  /** Best first: the route's short name, its score, and of the best ones a value per factor. */
  ranked: [route: string, score: number, ...values: (number | null)[]][];
  /** The routes that could not be taken, by the reason why. */
  excluded: [reason: string, ...routes: string[]][];
  /** Of the number, as far as it was known. */
  lineType?: LineType;
}

// Why the sixth best was not taken says its score.
const EXPLAINED = 5;

/** Routes' ids as decisions keep them: kept for a batch, as its messages choose among the same routes. */
export type ShortNames = Map<string, string>;

export function encodeDecision(
  decision: readonly Ranked[],
  names: ShortNames,
  lineType: LineType = 'other',
): StoredDecision {
  const open = decision.filter((ranked) => ranked.excluded === undefined);
  const factors = [
    ...new Set(open.slice(0, EXPLAINED).flatMap(({ reasons }) => reasons.map((r) => r.factor))),
  ];
  const excluded = new Map<string, string[]>();
  for (const { routeId, excluded: reason } of decision) {
    if (reason === undefined) continue;
    const before = excluded.get(reason);
    if (before) before.push(shortName(names, routeId));
    else excluded.set(reason, [shortName(names, routeId)]);
  }
  return {
    factors,
    ranked: open.map(({ routeId, score, reasons }, i) => {
      const name = shortName(names, routeId);
      if (i >= EXPLAINED) return [name, rounded(score)];
      const values = factors.map((factor) => {
        const reason = reasons.find((r) => r.factor === factor);
        return reason ? rounded(reason.value) : null;
      });
      return [name, rounded(score), ...values];
    }),
    excluded: [...excluded].map(([reason, routes]) => [reason, ...routes]),
    ...(lineType !== 'other' && { lineType }),
  };
}

/** @param stored also the answer of a policy as it is, which is what attempts kept before */
export function decodeDecision(stored: StoredDecision | readonly Ranked[]): readonly Ranked[] {
  if (!('factors' in stored)) return stored;
  return [
    ...stored.ranked.map(([route, score, ...values]) => ({
      routeId: routeIdOf(route),
      score,
      reasons: stored.factors.flatMap((factor, i) => {
        const value = values[i];
        return value === null || value === undefined ? [] : [{ factor, value }];
      }),
    })),
    ...stored.excluded.flatMap(([excluded, ...routes]) =>
      routes.map((route) => ({ routeId: routeIdOf(route), score: 0, excluded, reasons: [] })),
    ),
  ];
}

/** What kind of line the number was taken for; `undefined` where it was not known. */
export function lineTypeOf(stored: StoredDecision | readonly Ranked[]): LineType | undefined {
  return 'factors' in stored ? stored.lineType : undefined;
}

/** 22 characters instead of 36. */
function shortName(names: ShortNames, routeId: string): string {
  let name = names.get(routeId);
  if (name === undefined) {
    name = Buffer.from(uuidOf(routeId as RouteId), 'hex').toString('base64url');
    names.set(routeId, name);
  }
  return name;
}

function routeIdOf(name: string): RouteId {
  return `rte_${Buffer.from(name, 'base64url').toString('hex')}`;
}

/** Five digits behind the point: a price of 0.00001 is still one. */
function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
