/** What became of messages over a route or several, as JSON carries it: each term is halved every three days. */
export interface ReceiptRecord {
  /** As of when the sums are. */
  at: number;
  taken: number;
  reported: number;
  /** Deliveries by bucket of their delay. */
  delays: Record<number, number>;
  /**
   * Of the latest that were silent when their receipts were late: those whose codes were typed in all the same, and
   * those that nothing had been heard of. Versions before counted neither.
   */
  arrived?: number | undefined;
  lost?: number | undefined;
}

/** Several records added up. */
export interface ReceiptSums {
  /** Messages that carriers took. */
  taken: number;
  /** Receipts of either kind. */
  reported: number;
  /** Receipts of deliveries, and the time in which 95 % of them came. */
  delivered: number;
  p95Ms: number;
  arrived: number;
  lost: number;
}

const HALF_LIFE_MS = 3 * 86_400_000;
// What is counted within it is taken for simultaneous, 0.02 % beside the truth: scaling the sums for each message costs more.
const AGE_EVERY_MS = 60_000;
// A route's receipts that begin to be late must show soon: of 2,000, 101 move the p95. Cut back a little at a time.
const MAX_DELAYS = 2_000;
const CUT_ABOVE = 2_050;
// A carrier without receipts that becomes a black hole has to be one for some seventy messages to be held for it.
const MAX_SILENT = 30;
// Buckets grow by a quarter of a doubling (19 %) from 0.1 s to an hour.
const FIRST_MS = 100;
const PER_DOUBLING = 4;
const LAST_BUCKET = 61;

export function createRecord(at: number): ReceiptRecord {
  return { at, taken: 0, reported: 0, delays: {}, arrived: 0, lost: 0 };
}

/** Takes the sums of a record to a later moment, to the minute. */
export function age(record: ReceiptRecord, at: number): void {
  if (at < record.at + AGE_EVERY_MS) return;
  const factor = fading(record, at);
  record.at = at;
  record.taken *= factor;
  record.reported *= factor;
  scale(record.delays, factor);
  setSilent(record, (record.arrived ?? 0) * factor, (record.lost ?? 0) * factor);
}

export function countDelay({ delays }: ReceiptRecord, delayMs: number): void {
  const bucket = bucketOf(delayMs);
  delays[bucket] = (delays[bucket] ?? 0) + 1;
  let weight = 0;
  for (const one in delays) weight += delays[one]!;
  if (weight > CUT_ABOVE) scale(delays, MAX_DELAYS / weight);
}

/** One more that was silent when its receipt was late. */
export function countSilent(record: ReceiptRecord, hasArrived: boolean): void {
  const arrived = (record.arrived ?? 0) + (hasArrived ? 1 : 0);
  const lost = (record.lost ?? 0) + (hasArrived ? 0 : 1);
  const keep = Math.min(1, MAX_SILENT / (arrived + lost));
  setSilent(record, arrived * keep, lost * keep);
}

export function addUp(records: readonly ReceiptRecord[], now: number): ReceiptSums {
  const sums = { taken: 0, reported: 0, arrived: 0, lost: 0 };
  const delays = new Float64Array(LAST_BUCKET + 1);
  for (const record of records) {
    const factor = fading(record, now);
    sums.taken += record.taken * factor;
    sums.reported += record.reported * factor;
    sums.arrived += (record.arrived ?? 0) * factor;
    sums.lost += (record.lost ?? 0) * factor;
    for (const bucket in record.delays) delays[Number(bucket)]! += record.delays[bucket]! * factor;
  }
  const delivered = delays.reduce((total, weight) => total + weight, 0);
  return { ...sums, delivered, p95Ms: quantile(delays, 0.95 * delivered) };
}

function fading({ at }: ReceiptRecord, now: number): number {
  return now <= at ? 1 : 2 ** (-(now - at) / HALF_LIFE_MS);
}

function setSilent(record: ReceiptRecord, arrived: number, lost: number): void {
  record.arrived = arrived;
  record.lost = lost;
}

function scale(delays: Record<number, number>, factor: number): void {
  for (const bucket in delays) delays[bucket]! *= factor;
}

/** The upper edge of the bucket in which a rank lies: never less than the delay itself. */
function quantile(delays: Float64Array, rank: number): number {
  let below = 0;
  const bucket = delays.findIndex((weight) => (below += weight) >= rank);
  return FIRST_MS * 2 ** ((bucket < 0 ? LAST_BUCKET : bucket) / PER_DOUBLING);
}

function bucketOf(delayMs: number): number {
  if (delayMs <= FIRST_MS) return 0;
  return Math.min(LAST_BUCKET, Math.ceil(Math.log2(delayMs / FIRST_MS) * PER_DOUBLING));
}
