/** What is known of a number without calling it. */
export interface Resolution {
  /** ISO 3166-1 alpha-2; `00` for services of no country. */
  country: string;
  /** Absent when it cannot be told. */
  operator?: Operator;
  /** That the number is with `operator` today, 0–1. */
  confidence: number;
  lineType: LineType;
}

export interface Operator {
  /** Mobile country code and network code, e.g. `21910`. */
  mccMnc: string;
  name: string;
}

export type LineType = 'mobile' | 'fixed' | 'fixedOrMobile' | 'tollFree' | 'voip' | 'other';

const HT: Operator = { mccMnc: '21901', name: 'Hrvatski Telekom' };
const TELEMACH: Operator = { mccMnc: '21902', name: 'Telemach' };
const A1: Operator = { mccMnc: '21910', name: 'A1' };

/** A plan of number blocks: who held each one when it was given out. */
interface PrefixPlan {
  country: string;
  /** Share of numbers still with the first holder of their block. */
  notPorted: number;
  /** National prefix → holder; null = a holder whose network code is not known. The longest one counts. */
  holders: Readonly<Record<string, Operator | null>>;
}

/** By country code of E.164. As of 2026-11; about a third of Croatian numbers have been ported. */
const PLANS: Readonly<Record<string, PrefixPlan>> = {
  '385': {
    country: 'HR',
    notPorted: 2 / 3,
    holders: { 91: A1, 92: A1, 95: TELEMACH, 98: HT, 99: HT, 976: HT, 977: HT, 975: null },
  },
};

// Of the plans above; a longer one would not be looked for.
const LONGEST_PREFIX = 3;

/** What its first digits say of a number in E.164 (with `+`); `undefined` when they say nothing. */
export function resolveByPrefix(e164: string): Resolution | undefined {
  const plan = PLANS[e164.slice(1, 4)];
  if (!plan) return undefined;
  for (let length = LONGEST_PREFIX; length >= 2; length--) {
    const holder = plan.holders[e164.slice(4, 4 + length)];
    if (holder === undefined) continue;
    return holder
      ? { country: plan.country, operator: holder, confidence: plan.notPorted, lineType: 'mobile' }
      : { country: plan.country, confidence: 0, lineType: 'mobile' };
  }
  return undefined;
}
