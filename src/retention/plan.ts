import type { RetentionClass } from './classes.ts';

/** A stretch of time, in epoch milliseconds; the end is not in it. */
export interface Period {
  from: number;
  to: number;
}

/** A partition that there is. */
export interface Leaf extends Period {
  name: string;
}

/** What is to be done about the partitions of one class. */
export interface Plan {
  make: readonly Period[];
  /** The oldest first. */
  drop: readonly Leaf[];
}

const DAY_MS = 86_400_000;
/** So many periods are made before they begin. */
const AHEAD = 2;

/** The period of a class that a moment is in. */
export function periodAt({ periodDays }: RetentionClass, now: number): Period {
  const length = periodDays * DAY_MS;
  const from = Math.floor(now / length) * length;
  return { from, to: from + length };
}

/**
 * Decides about the partitions of one class of one table.
 * @param stray the moment of a row for which there is no partition, if there is one
 * @param inUse whether anybody's new rows are in this class
 */
export function planPartitions(
  kept: RetentionClass,
  leaves: readonly Leaf[],
  { now, inUse, stray }: { now: number; inUse: boolean; stray: number | undefined },
): Plan {
  const length = kept.periodDays * DAY_MS;
  const moments = [
    ...(inUse ? Array.from({ length: AHEAD + 1 }, (_, i) => now + i * length) : []),
    ...(stray === undefined ? [] : [stray]),
  ];
  const wanted = new Map(moments.map((at) => [periodAt(kept, at).from, periodAt(kept, at)]));
  return {
    make: [...wanted.values()].filter((period) => !isCovered(leaves, period)),
    drop: leaves.filter(({ to }) => to + kept.days * DAY_MS <= now).sort((one, other) => one.to - other.to),
  };
}

/** Whether what comes now has its partition. */
export function isAhead(kept: RetentionClass, leaves: readonly Leaf[], now: number): boolean {
  return isCovered(leaves, periodAt(kept, now));
}

function isCovered(leaves: readonly Period[], { from, to }: Period): boolean {
  return leaves.some((leaf) => leaf.from <= from && leaf.to >= to);
}

/** Sorts before every UUIDv7 of this millisecond and later. */
export function uuidAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Sorts before all of this millisecond and later, as a partition's bound is written. */
export function boundAt({ isTime }: { isTime?: boolean }, ms: number): string {
  return isTime ? new Date(ms).toISOString() : uuidAt(ms);
}

/** The millisecond of a UUIDv7, or of a time as PostgreSQL writes it, in whichever zone. */
export function readMoment(text: string): number {
  if (!text.includes(':')) return momentOf(text);
  const [, day, time, zone] = /^(\S+) (\S+?)([+-]\d\d(?::\d\d)?)$/.exec(text)!;
  return Date.parse(`${day}T${time}${zone!.length === 3 ? `${zone}:00` : zone}`);
}

/** The millisecond of a UUIDv7. */
export function momentOf(uuid: string): number {
  return Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16);
}

const BOUNDS = /FROM \((MINVALUE|'[^']+')\) TO \('([^']+)'\)/;

/** Reads what PostgreSQL says of a partition. @returns undefined of one for all the rest */
export function readLeaf(name: string, bounds: string): Leaf | undefined {
  const read = BOUNDS.exec(bounds);
  if (!read) return undefined;
  const [, from, to] = read;
  return {
    name,
    from: from === 'MINVALUE' ? Number.NEGATIVE_INFINITY : readMoment(from!.slice(1, -1)),
    to: readMoment(to!),
  };
}
