import type { NumberPlan, Operator } from './plan.ts';
import { NUMBER_PLANS } from './plans.ts';

/** What is known of a number without calling it. */
export interface Resolution {
  /** ISO 3166-1 alpha-2; `00` for services of no country. */
  country: string;
  /** Absent when it cannot be told. */
  operator?: Operator;
  /** That the number is with `operator` today, 0–1. */
  confidence: number;
  lineType: LineType;
  /** Whether it has left the operator that it was given out by; absent when nobody has looked. */
  ported?: boolean;
  /** Whether its network could reach it when it was looked up; absent when nobody has looked. */
  reachable?: boolean;
  source: ResolutionSource;
}

/** `prefix`: its first digits; `lookup`: asked for just now; `cache`: asked for before. */
export type ResolutionSource = 'prefix' | 'lookup' | 'cache';

export const LINE_TYPES = ['mobile', 'fixed', 'fixedOrMobile', 'tollFree', 'voip', 'other'] as const;
export type LineType = (typeof LINE_TYPES)[number];

/** What a lookup says of a number; null = it does not say. */
export interface NumberFacts {
  /** MCC and MNC. */
  operator: string | null;
  lineType: LineType | null;
  ported: boolean | null;
  reachable: boolean | null;
}

/**
 * How sure an answer is until it expires. Even if 8 % of all numbers were ported within a year, 0.7 % would
 * be within the 30 days that an answer is kept.
 */
export const LOOKUP_CONFIDENCE = 0.99;

/** A hint counts when it is more likely right than not. */
const LIKELY = 0.5;

const MAX_COUNTRY_CODE = 3;
const plans = new Map(NUMBER_PLANS.map((plan) => [plan.countryCode, withLengths(plan)]));
const names = new Map(
  NUMBER_PLANS.flatMap(({ holders }) =>
    Object.values(holders).flatMap((one): [string, Operator][] => (one ? [[one.mccMnc, one]] : [])),
  ),
);

function withLengths(plan: NumberPlan) {
  const lengths = new Set(Object.keys(plan.holders).map((prefix) => prefix.length));
  return { ...plan, lengths: [...lengths].sort((a, b) => b - a) };
}

/** What its first digits say of a number in E.164 (with `+`); `undefined` when they say nothing. */
export function resolveByPrefix(e164: string): Resolution | undefined {
  for (let digits = 1; digits <= MAX_COUNTRY_CODE; digits++) {
    const plan = plans.get(e164.slice(1, 1 + digits));
    if (!plan) continue;
    const { country, holders, notPorted } = plan;
    for (const length of plan.lengths) {
      const holder = holders[e164.slice(1 + digits, 1 + digits + length)];
      if (holder === undefined) continue;
      return holder
        ? { country, operator: holder, confidence: notPorted, lineType: 'mobile', source: 'prefix' }
        : { country, confidence: 0, lineType: 'mobile', source: 'prefix' };
    }
  }
  return undefined;
}

/** What is known once a number was looked up. Where the lookup is silent, its first digits still count. */
export function withFacts(
  hint: Resolution,
  { operator, lineType, ported, reachable }: NumberFacts,
  source: 'lookup' | 'cache',
): Resolution {
  return {
    ...hint,
    ...(operator !== null && {
      operator: names.get(operator) ?? { mccMnc: operator },
      confidence: LOOKUP_CONFIDENCE,
    }),
    ...(lineType !== null && { lineType }),
    ...(ported !== null && { ported }),
    ...(reachable !== null && { reachable }),
    source,
  };
}

/** The MCC and MNC to route and to price by; `undefined` when there is none that is more likely than not. */
export function likelyOperator({ operator, confidence }: Resolution): string | undefined {
  return confidence > LIKELY ? operator?.mccMnc : undefined;
}
