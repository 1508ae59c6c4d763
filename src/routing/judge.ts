import type { Outage } from './policy.ts';

/** What went wrong. */
export type AlarmKind =
  /** The carrier takes messages, and nothing more is heard of them. */
  | 'blackHole'
  /** The carrier refuses messages. */
  | 'rejects'
  /** Receipts say that messages arrive, and nobody types their codes in. */
  | 'noConversions'
  /** Nothing is heard of messages to a country or operator, whatever the route. */
  | 'placeOutage'
  | 'slaDelivery'
  | 'slaLatency';

/** What an alarm rests on. */
export interface AlarmFacts {
  /** Of so many attempts. */
  attempts: number;
  /** Share of them that is meant: delivered, alive, or not refused, 0–1; of a latency its p95 in milliseconds. */
  observed: number;
  /** What it should be at least, of a latency at most. */
  expected: number;
  /** Share of its value by which the route is thought to fall short of a promise, 0–1; 0 where none was made. */
  shortfall: number;
}

/** Fewer attempts than this prove nothing. */
const LEAST_PROMISED = 50;
const LEAST_ALIVE = 30;
const LEAST_REFUSED = 10;
/** A share of signs below this is an outage (0 of 30 has an upper end of 0.114), one of refusals above the other a run. */
const DEAD_BELOW = 0.12;
const REFUSING_ABOVE = 0.5;
/** One alarm in forty without a reason, at the moment of the first look. */
const Z = 1.96;

/** The interval that a share of `hits` in `count` draws lies in (Wilson 1927). */
export function wilson(hits: number, count: number): { low: number; high: number } {
  if (count === 0) return { low: 0, high: 1 };
  const share = hits / count;
  const middle = share + (Z * Z) / (2 * count);
  const reach = Z * Math.sqrt((share * (1 - share)) / count + (Z * Z) / (4 * count * count));
  const scale = 1 + (Z * Z) / count;
  return { low: Math.max(0, (middle - reach) / scale), high: Math.min(1, (middle + reach) / scale) };
}

/**
 * Whether a share is below a promise: raised when even the upper end of its interval is, and kept until the
 * share itself is back, so that it does not flicker.
 * @param isOpen it was found before
 */
export function judgePromise(hits: number, count: number, promised: number, isOpen: boolean) {
  if (count < LEAST_PROMISED) return undefined;
  const observed = hits / count;
  const { high } = wilson(hits, count);
  if (isOpen ? observed >= promised : high >= promised) return undefined;
  return { attempts: count, observed, expected: promised, shortfall: Math.max(0, promised - high) };
}

/** Counted in buckets: so far may a quantile be beside the truth. */
const BUCKET_ERROR = 1.045;
/** One of twenty may come late; that they come later still costs at most their share. */
const LATE_SHARE = 0.05;

/** @param p95 milliseconds, of so many receipts */
export function judgeLatency(p95: number, count: number, promised: number): AlarmFacts | undefined {
  if (count < LEAST_PROMISED || p95 <= promised * BUCKET_ERROR) return undefined;
  return { attempts: count, observed: p95, expected: promised, shortfall: LATE_SHARE * (1 - promised / p95) };
}

/** Whether of so many accepted attempts, old enough to have been heard of, next to none was. */
export function judgeSilence(alive: number, count: number): AlarmFacts | undefined {
  if (count < LEAST_ALIVE || wilson(alive, count).high >= DEAD_BELOW) return undefined;
  return { attempts: count, observed: alive / count, expected: DEAD_BELOW, shortfall: 0 };
}

/** Fewer silent ones in a row than this may be three people without a phone. */
const LEAST_RUN = 10;
/** So much less likely must a run be of a route that is well: e^−14, less than once in a million messages. */
const RUN_NATS = 14;
/** Fewer attempts before the run say nothing of what is usual. */
const LEAST_BEFORE = 20;

/**
 * Whether the latest attempts in a row, each older than the route's signs usually are, were heard of as little as
 * a route that is well would not be: a likelihood ratio, so that what was delivered before cannot hide it.
 * @param run attempts since the last one that was heard of
 * @param heard of so many `before` the run
 * @param isOpen it was found before: it lasts until something is heard, also when what was usual is long ago
 */
export function judgeRun(
  run: number,
  heard: number,
  before: number,
  isOpen: boolean,
): AlarmFacts | undefined {
  const facts = (expected: number) => ({ attempts: run, observed: 0, expected, shortfall: 0 });
  if (isOpen && before === 0 && run > 0) return facts(DEAD_BELOW);
  if (run < LEAST_RUN || before < LEAST_BEFORE) return undefined;
  const usual = wilson(heard, before).low;
  return -run * Math.log(1 - usual) >= RUN_NATS ? facts(usual) : undefined;
}

/** Whether an outage shows by refusals: of most of its attempts. */
export function isRefusing({ attempts, refused }: Outage): boolean {
  return refused > attempts / 2;
}

/** The router leads around a route long before; of a hundred alarms one may have no reason. */
const SURE = 0.99;
/** A route that nobody has used for so long may be well again. */
const UNUSED_MS = 3_600_000;

/**
 * Whether the router is sure that a route is out.
 * @param isOpen it was found before: it lasts until something is heard, as long as the route is used
 */
export function judgeOutage(outage: Outage, isOpen: boolean, now: number): AlarmFacts | undefined {
  const { probability, attempts, refused, usual: expected, lastSentAt } = outage;
  if (now - lastSentAt > UNUSED_MS || (probability < SURE && !isOpen)) return undefined;
  const observed = isRefusing(outage) ? 1 - refused / attempts : 0;
  return { attempts, observed, expected, shortfall: 0 };
}

export function judgeRefusals(refused: number, count: number): AlarmFacts | undefined {
  if (count < LEAST_REFUSED || wilson(refused, count).low <= REFUSING_ABOVE) return undefined;
  return { attempts: count, observed: 1 - refused / count, expected: 1 - REFUSING_ABOVE, shortfall: 0 };
}
