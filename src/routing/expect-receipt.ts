import type { ReceiptSums } from './receipt-sums.ts';

/** What is known that says something of a message's receipt. */
export interface ReceiptEvidence {
  /** Over the same route to the same country, over the route, and over its carrier. */
  routeInCountry: ReceiptSums;
  route: ReceiptSums;
  carrier: ReceiptSums;
  /** Over all carriers of the account to the country, and everywhere. */
  country: ReceiptSums;
  all: ReceiptSums;
}

export interface ExpectedReceipt {
  /** In which 95 % of the receipts are expected. */
  p95Ms: number;
  /** Receipts of the route that this rests on, beside what others tell. */
  own: number;
}

/**
 * Of a carrier that nothing is known of, whatever the others need. A service of usual patience waits 30 s then: by
 * that time half of the people and more have typed their codes in, so one that delivers and reports nothing shows by
 * them, before much is sent twice.
 */
const STRANGERS_P95_MS = 20_000;
/** Receipts of a level for its word to stand alone where it is quicker than the wider one; and where it is slower. */
const QUICKER_AFTER = 20;
const SLOWER_AFTER = 5;
/** Of what was taken: receipts that come for fewer are not to be waited for, if the others arrive. */
const LEAST_SHARE = 0.5;
/** Three: one silent message that arrived may be a lost receipt. They have faded a little since they were counted. */
const LEAST_ARRIVED = 2.5;
/** Ten silent ones of which fewer than that have arrived: they are lost. */
const LEAST_SILENT = 9.5;

/**
 * The receipt to wait for. With n receipts of a level, and the p95 of the next wider one:
 *
 *     p95 = own^w × wider^(1 − w)      w = min(1, n ÷ 20), n ÷ 5 where the own one is longer
 *
 * over all carriers → those to the country → the carrier → the route → the route to the country; from the second on
 * 20 s at least. A wait that is too long costs one message seconds; one that is too short costs a text each time.
 *
 * @returns undefined: none comes, see `givesReceipts`
 */
export function expectReceipt({
  routeInCountry,
  route,
  carrier,
  country,
  all,
}: ReceiptEvidence): ExpectedReceipt | undefined {
  if (!givesReceipts([routeInCountry, route, carrier])) return undefined;
  const strangers = Math.max(STRANGERS_P95_MS, [all, country].reduce(narrow, STRANGERS_P95_MS));
  return { p95Ms: [carrier, route, routeInCountry].reduce(narrow, strangers), own: route.delivered };
}

/**
 * Whether receipts are to be waited for. Every carrier that is asked for them is thought to send them, as long as it
 * is not known better: silence alone is no proof, a black hole is as silent. The narrowest level that knows decides:
 *
 *     yes   receipts have come for half of what was taken
 *     no    three silent messages arrived all the same: their codes were typed in
 *     yes   ten were silent, and of fewer than three a code was typed in: what is silent there is lost
 *
 * @param levels narrowest first
 */
export function givesReceipts(
  levels: readonly Pick<ReceiptSums, 'taken' | 'reported' | 'arrived' | 'lost'>[],
): boolean {
  for (const { taken, reported, arrived, lost } of levels) {
    if (reported > 0 && reported >= LEAST_SHARE * taken) return true;
    if (arrived >= LEAST_ARRIVED) return false;
    if (arrived + lost >= LEAST_SILENT) return true;
  }
  return true;
}

function narrow(widerMs: number, { delivered, p95Ms }: ReceiptSums): number {
  if (delivered === 0) return widerMs;
  const weight = Math.min(1, delivered / (p95Ms > widerMs ? SLOWER_AFTER : QUICKER_AFTER));
  return p95Ms ** weight * widerMs ** (1 - weight);
}
