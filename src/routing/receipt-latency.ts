import { expectReceipt, type ExpectedReceipt } from './expect-receipt.ts';
import {
  addUp,
  age,
  countDelay,
  countSilent,
  createRecord,
  type ReceiptRecord,
  type ReceiptSums,
} from './receipt-sums.ts';

/** The way of a message. */
export interface Way {
  routeId: string;
  carrierId: string;
  country: string;
}

/**
 * How long the receipts of routes usually take, and whether they come at all. Pure: what is known is a sum
 * over sources (processes), for a route in each country and everywhere, its carrier, and all carriers.
 */
export interface ReceiptLatency {
  /** A carrier took a message, and was asked for a receipt. */
  taken(way: Way, at: number): void;
  /** A receipt came for a message that was taken. `delayMs`: since then; only for one that was delivered. */
  reported(way: Way, delayMs: number | undefined, at: number): void;
  /** None had come when it was late. `hasArrived`: its code had been typed in, and it alone can have brought it. */
  silent(way: Way, hasArrived: boolean, at: number): void;
  /** `undefined`: none is expected there, for what arrives is not reported. */
  expected(way: Way, now: number): ExpectedReceipt | undefined;
  snapshot(): ReceiptSnapshot;
  /** Another source's sums, or this one's of before; an older state of the same source is ignored. */
  merge(other: ReceiptSnapshot): void;
}

export interface ReceiptSnapshot {
  source: string;
  /** Grows with everything that the source is told. */
  count: number;
  /** By `route/country`, `route`, `carrier`, `/country` and, of everything, the empty name. */
  records: Record<string, ReceiptRecord>;
}

interface Answer {
  sums: ReceiptSums;
  until: number;
  /** Of this source, when it was given. */
  count: number;
}

// A hot path asks for every message: an answer is good for a second, or until a twentieth more is known.
const FRESH_MS = 1_000;
const FRESH_SHARE = 1.05;

export function createReceiptLatency(source: string): ReceiptLatency {
  const own: ReceiptSnapshot = { source, count: 0, records: {} };
  const others = new Map<string, ReceiptSnapshot>();
  const answers = new Map<string, Answer>();

  function tell(way: Way, at: number, add: (record: ReceiptRecord) => void): void {
    own.count += 1;
    for (const name of Object.values(namesOf(way))) {
      const record = (own.records[name] ??= createRecord(at));
      age(record, at);
      add(record);
    }
  }

  function ask(name: string, now: number): ReceiptSums {
    const known = answers.get(name);
    if (known && now < known.until && own.count < known.count * FRESH_SHARE) return known.sums;
    const records = [own, ...others.values()].flatMap(({ records }) => records[name] ?? []);
    const sums = addUp(records, now);
    answers.set(name, { sums, until: now + FRESH_MS, count: own.count });
    return sums;
  }

  return {
    taken(way, at) {
      tell(way, at, (record) => (record.taken += 1));
    },
    reported(way, delayMs, at) {
      tell(way, at, (record) => {
        record.reported += 1;
        if (delayMs !== undefined) countDelay(record, delayMs);
      });
    },
    silent(way, hasArrived, at) {
      tell(way, at, (record) => countSilent(record, hasArrived));
    },
    expected(way, now) {
      const names = namesOf(way);
      return expectReceipt({
        routeInCountry: ask(names.routeInCountry, now),
        route: ask(names.route, now),
        carrier: ask(names.carrier, now),
        country: ask(names.country, now),
        all: ask(names.all, now),
      });
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

function namesOf({ routeId, carrierId, country }: Way) {
  return {
    routeInCountry: `${routeId}/${country}`,
    route: routeId,
    carrier: carrierId,
    country: `/${country}`,
    all: '',
  };
}
