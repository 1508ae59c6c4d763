/**
 * How long the receipts of routes usually take, and whether they come at all. Pure: what is known is a sum
 * over sources (processes), each a histogram of delays for a route everywhere and in each country.
 */
export interface ReceiptLatency {
  /** A carrier took a message. */
  taken(routeId: string, country: string, at: number): void;
  /** A receipt came for a message that was taken. `delayMs`: since then; only for one that was delivered. */
  reported(routeId: string, country: string, delayMs: number | undefined, at: number): void;
  /** What is usual there, `undefined` while that is not known or receipts do not come for most. */
  usual(routeId: string, country: string, now: number): UsualReceipts | undefined;
  snapshot(): ReceiptSnapshot;
  /** Another source's sums, or this one's of before; an older state of the same source is ignored. */
  merge(other: ReceiptSnapshot): void;
}

export interface UsualReceipts {
  p50Ms: number;
  p95Ms: number;
  /** Receipts per message that was taken, 0–1. */
  share: number;
  /** Receipts of deliveries that this rests on; older ones count less. */
  weight: number;
}

export interface ReceiptSnapshot {
  source: string;
  /** Grows with everything that the source is told. */
  count: number;
  /** By `route` and `route/country`. */
  records: Record<string, ReceiptRecord>;
}

/** Sums, each term halved every three days. */
interface ReceiptRecord {
  /** As of when the sums are. */
  at: number;
  taken: number;
  reported: number;
  /** Deliveries by bucket of their delay. */
  delays: Record<number, number>;
}

interface Answer {
  usual: UsualReceipts | undefined;
  until: number;
  /** Of this source, when it was given. */
  count: number;
}

const HALF_LIFE_MS = 3 * 86_400_000;
// A route's receipts that begin to be late must show soon: of 2,000, 101 move the p95.
const MAX_WEIGHT = 2_000;
const MIN_WEIGHT = 20;
const MIN_SHARE = 0.5;
// Buckets grow by a quarter of a doubling (19 %) from 0.1 s to an hour.
const FIRST_MS = 100;
const PER_DOUBLING = 4;
const LAST_BUCKET = 61;
// A hot path asks for every message: an answer is good for a second, or until a twentieth more is known.
const FRESH_MS = 1_000;
const FRESH_SHARE = 1.05;

export function createReceiptLatency(source: string): ReceiptLatency {
  const own: ReceiptSnapshot = { source, count: 0, records: {} };
  const others = new Map<string, ReceiptSnapshot>();
  const answers = new Map<string, Answer>();

  function tell(routeId: string, country: string, at: number, add: (record: ReceiptRecord) => void): void {
    own.count += 1;
    for (const key of [routeId, `${routeId}/${country}`]) {
      const record = (own.records[key] ??= { at, taken: 0, reported: 0, delays: {} });
      age(record, at);
      add(record);
    }
  }

  function ask(key: string, now: number): UsualReceipts | undefined {
    const known = answers.get(key);
    if (known && now < known.until && own.count < known.count * FRESH_SHARE) return known.usual;
    const records = [own, ...others.values()].flatMap(({ records }) => records[key] ?? []);
    const usual = summarize(records, now);
    answers.set(key, { usual, until: now + FRESH_MS, count: own.count });
    return usual;
  }

  return {
    taken(routeId, country, at) {
      tell(routeId, country, at, (record) => (record.taken += 1));
    },
    reported(routeId, country, delayMs, at) {
      tell(routeId, country, at, (record) => {
        record.reported += 1;
        if (delayMs !== undefined) count(record.delays, bucketOf(delayMs));
      });
    },
    usual(routeId, country, now) {
      return ask(`${routeId}/${country}`, now) ?? ask(routeId, now);
    },
    snapshot: () => structuredClone(own),
    merge(other) {
      if (other.source === source) {
        // What it had saved before it was forgotten here.
        if (other.count > own.count) Object.assign(own, structuredClone(other));
        return;
      }
      if (other.count > (others.get(other.source)?.count ?? -1)) others.set(other.source, other);
    },
  };
}

/** Takes the sums of a record to a later moment. */
function age(record: ReceiptRecord, at: number): void {
  if (at <= record.at) return;
  const factor = fading(record, at);
  record.at = at;
  record.taken *= factor;
  record.reported *= factor;
  scale(record.delays, factor);
}

function fading({ at }: ReceiptRecord, now: number): number {
  return now <= at ? 1 : 2 ** (-(now - at) / HALF_LIFE_MS);
}

function count(delays: Record<number, number>, bucket: number): void {
  delays[bucket] = (delays[bucket] ?? 0) + 1;
  const weight = sum(Object.values(delays));
  if (weight > MAX_WEIGHT) scale(delays, MAX_WEIGHT / weight);
}

function scale(delays: Record<number, number>, factor: number): void {
  for (const bucket in delays) delays[bucket]! *= factor;
}

function summarize(records: readonly ReceiptRecord[], now: number): UsualReceipts | undefined {
  let taken = 0;
  let reported = 0;
  const delays = new Float64Array(LAST_BUCKET + 1);
  for (const record of records) {
    const factor = fading(record, now);
    taken += record.taken * factor;
    reported += record.reported * factor;
    for (const bucket in record.delays) delays[Number(bucket)]! += record.delays[bucket]! * factor;
  }
  const weight = sum(delays);
  const share = Math.min(1, reported / Math.max(taken, reported));
  if (weight < MIN_WEIGHT || share < MIN_SHARE) return undefined;
  return { p50Ms: quantile(delays, 0.5 * weight), p95Ms: quantile(delays, 0.95 * weight), share, weight };
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

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
