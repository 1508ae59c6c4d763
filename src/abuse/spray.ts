/** What was counted of checks within a span of time. */
export interface CheckTally {
  /** Verifications whose first check came. */
  first: number;
  /** Those of them whose first check was wrong. */
  wrong: number;
}

export interface SprayRule {
  /** Fewer first checks with a wrong code are nobody's attack. */
  minWrong: number;
  /** Share of the first checks that is wrong, from which on it is one. */
  share: number;
}

/** Over whom it is counted: all of an account, or what one address tries of it. */
export type SprayScope = 'account' | 'address';

/** A count begins with its first check and ends so much later. */
export const WINDOW_SECONDS = 600;

/** After an alarm the same account, or address, raises no other for so long. */
export const COOL_DOWN_SECONDS = 3_600;

/**
 * A spray tries one code on very many numbers: the limits of a number never see it (a million numbers, five checks
 * each, hit five). What it cannot hide is that first checks are wrong. People mistype: 5–15 % of checks are wrong, and
 * most of these are followed by the right one. So only the first check of each verification is counted, which is also
 * what five guesses per number cannot water down.
 *
 * With 15 % wrong the chance of a false alarm in a window, looked at after every check of up to 2,000, is below 1e-14
 * for an account and 1e-11 for an address (`test/unit/abuse/spray.test.ts` adds it up); with 30 %, a campaign of
 * bad luck, 2 in 1,000 windows of an account that has 100 checks in each.
 */
export const SPRAY_RULES: Readonly<Record<SprayScope, SprayRule>> = {
  account: { minWrong: 50, share: 0.5 },
  // An office or a mobile operator has many people behind one address: they mistype no more than others, so fewer of
  // them are enough if nearly all are wrong.
  address: { minWrong: 20, share: 0.8 },
};

/** Whether what was counted is a spray. */
export function isSpray({ first, wrong }: CheckTally, { minWrong, share }: SprayRule): boolean {
  return wrong >= minWrong && wrong >= share * first;
}
