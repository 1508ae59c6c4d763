import type { Ages } from './ages.ts';
import { countStage, createStageCounts, weighedSum, type StageCounts } from './stage-counts.ts';
import type { SilenceEvidence } from './types.ts';

/** An attempt, as far as a silence looks at it. */
export interface Waiting {
  sentAt: number;
  stage: number;
  /** A bit for each silence that counts it. */
  silentIn: number;
}

/** The attempts after the last one that gave a sign: their number and age are the evidence of an outage. */
export interface Silence {
  bit: number;
  /** Those that still wait. */
  counts: StageCounts;
  /** In the order of sending, from `head` on. */
  line: Waiting[];
  head: number;
  /** When the last attempt that gave a sign was sent, and the last one of all. */
  lastSignAt: number;
  lastSentAt: number;
  /** Before the first one `lastSignAt` is when the route was first used; 0: never here. */
  hasSign: boolean;
  /** Of attempts that no longer wait: refused ones, and those whose code has expired. */
  endedNats: number;
  /** How many these are, and how many of them were refused. */
  ended: number;
  refused: number;
}

export function createSilence(ages: Ages, bit: number, now: number): Silence {
  return {
    bit,
    counts: createStageCounts(ages),
    line: [],
    head: 0,
    lastSignAt: now,
    lastSentAt: now,
    hasSign: false,
    endedNats: 0,
    ended: 0,
    refused: 0,
  };
}

export function joinSilence(silence: Silence, attempt: Waiting): void {
  const { line } = silence;
  while (silence.head < line.length && !isIn(silence, line[silence.head]!)) silence.head += 1;
  compact(silence);
  line.push(attempt);
  attempt.silentIn |= 1 << silence.bit;
  countStage(silence.counts, attempt.stage, 1);
  silence.lastSentAt = attempt.sentAt;
}

/** @param nats 0: it says nothing any more */
export function leaveSilence(silence: Silence, attempt: Waiting, nats: number, isRefused = false): void {
  if (!isIn(silence, attempt)) return;
  attempt.silentIn &= ~(1 << silence.bit);
  countStage(silence.counts, attempt.stage, -1);
  silence.endedNats += nats;
  if (nats > 0) silence.ended += 1;
  if (isRefused) silence.refused += 1;
}

export function moveInSilence(silence: Silence, attempt: Waiting, stage: number): void {
  if (!isIn(silence, attempt)) return;
  countStage(silence.counts, attempt.stage, -1);
  countStage(silence.counts, stage, 1);
}

/** An attempt that was sent at `sentAt` gave a sign: what was sent until then was no outage. */
export function breakSilence(silence: Silence, sentAt: number): void {
  if (sentAt < silence.lastSignAt) return;
  silence.lastSignAt = sentAt;
  silence.hasSign = true;
  silence.endedNats = silence.ended = silence.refused = 0;
  const { line } = silence;
  while (silence.head < line.length && line[silence.head]!.sentAt <= sentAt) {
    leaveSilence(silence, line[silence.head]!, 0);
    silence.head += 1;
  }
  compact(silence);
}

function isIn(silence: Silence, attempt: Waiting): boolean {
  return (attempt.silentIn & (1 << silence.bit)) !== 0;
}

function compact(silence: Silence): void {
  if (silence.head < 256 || silence.head * 2 < silence.line.length) return;
  silence.line.splice(0, silence.head);
  silence.head = 0;
}

/** What it is worth to somebody who cannot see its attempts. */
export function totalNats(silence: Silence, nats: Float64Array): number {
  return silence.endedNats + weighedSum(silence.counts, nats);
}

/** Of how many attempts it is made. */
export function sizeOf({ counts, ended }: Silence): number {
  return counts.at.reduce((sum, n) => sum + n, ended);
}

/** Of each route: one outage in 18 hours of work. More would distrust every route that pauses. */
const ONSETS_PER_MS = 1.5e-5 / 1_000;
/** Of one country or operator alone it is rarer, and there are more of them to be wrong about. */
const NARROW_ONSETS_PER_MS = ONSETS_PER_MS / 30;
/** An outage that has lasted t ends at the rate 1 ÷ (t + this), like most things whose end nobody knows. */
const SHORTEST_OUTAGE_MS = 180_000;
/** Fewer nats than this are nobody's alarm. */
const QUIET_NATS = 1;

export interface Suspicion {
  /** That the route is in an outage now, 0–1. */
  probability: number;
  /** That it was when it was used last: does not fade. */
  wasOut: number;
  /** At which rate it would end. */
  endsPerMs: number;
}

/**
 * Three stories: nothing happened; an outage began, and lasts; it began, and is over. Each silent attempt
 * speaks for the second by `nats[stage]`, and for the third only if it was sent before the end.
 */
export function suspectOutage(
  silence: Silence,
  foreign: SilenceEvidence | undefined,
  nats: Float64Array,
  ages: Ages,
  now: number,
  into: Suspicion,
): void {
  const signAt = Math.max(signOf(silence), signOf(foreign));
  const elsewhere = speaks(foreign, signAt) ? foreign.nats : 0;
  const total = totalNats(silence, nats) + elsewhere;
  into.probability = 0;
  into.wasOut = 0;
  into.endsPerMs = 0;
  if (total < QUIET_NATS) return;
  const usedAt = Math.min(silence.lastSignAt || Infinity, foreign?.lastSignAt ?? Infinity);
  const quietMs = Math.max(1, now - Math.min(now, signAt > 0 ? signAt : usedAt));
  let uncoveredMs = 0;
  let younger = 0;
  for (let j = 0; j < ages.count && ages.from[j]! < quietMs; j++) {
    const here = silence.counts.at[j]! * nats[j]!;
    uncoveredMs += (Math.min(quietMs, ages.to[j]!) - ages.from[j]!) * Math.exp(-younger - here / 2);
    younger += here;
  }
  // Behind the last stage no attempt waits, and the last of those that had no sign until their code expired ends it.
  const oldestMs = ages.to[ages.count - 1]!;
  uncoveredMs += Math.max(0, Math.min(quietMs, now - silence.lastSentAt) - oldestMs) * Math.exp(-younger);
  if (elsewhere > QUIET_NATS) uncoveredMs = Math.min(uncoveredMs, Math.max(0, now - foreign!.lastSentAt));
  into.endsPerMs = 1 / (quietMs + SHORTEST_OUTAGE_MS);
  const began =
    (silence.bit < 2 ? ONSETS_PER_MS : NARROW_ONSETS_PER_MS) * Math.min(600_000, Math.max(30_000, quietMs));
  const lasts = began * (Math.exp(Math.min(50, total)) - 1);
  const over = uncoveredMs / (Math.max(0, quietMs - uncoveredMs) + SHORTEST_OUTAGE_MS);
  into.probability = lasts / (1 + lasts * (1 + over));
  into.wasOut = lasts / (1 + lasts);
}

/** When the last attempt that gave a sign was sent, 0 for none. */
export function signOf(silence: { hasSign: boolean; lastSignAt: number } | undefined): number {
  return silence?.hasSign ? silence.lastSignAt : 0;
}

/** Whether another worker's silence goes on behind the last sign. */
export function speaks(foreign: SilenceEvidence | undefined, signAt: number): foreign is SilenceEvidence {
  return foreign !== undefined && foreign.lastSentAt > signAt;
}
