import type { Ages } from './ages.ts';
import type { Attempt } from './attempt.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import { countAt, type Evidence } from './evidence.ts';
import { count } from './layers.ts';
import { countThrottle } from './load.ts';
import { countMissing, countSign } from './signs.ts';
import { breakSilence, joinSilence, leaveSilence } from './silence.ts';
import type { Summarizer } from './summary.ts';
import type { Observation } from './types.ts';

/** One new sign fades the older ones so much: curves are made of the last thousand, 300 and 200. */
const KEEP = { all: 0.999, conversions: 0.997, lifeSigns: 0.995 } as const;
/** A refusal is more at home in an outage than in a usual hour: e³ times. */
const REFUSAL_NATS = 3;
/** How fast the trust in receipts follows: the last five conversions or so. */
const FORETOLD_STEP = 0.2;

/** Takes what is told of attempts into the evidence. */
export interface Learner {
  attempts: Attempts;
  learn(observation: Observation): void;
}

export function createLearner(evidence: Evidence, summarizer: Summarizer, ages: Ages): Learner {
  const attempts = createAttempts(ages, (attempt) => {
    const doubt = doubtOf(attempt, summarizer.recentOf);
    leave(attempt, (nats) => nats[ages.count - 1]!);
    countIn(attempt, 'failed', attempts.clock, 1 - doubt);
    const { route } = attempt;
    countMissing(route.conversions, 1 - doubt, KEEP.conversions);
    if (!attempt.alive) countMissing(route.lifeSigns, 1 - doubt, KEEP.lifeSigns);
    route.stale = true;
  });

  /** How far an outage explains its failure, 0–1. */
  function doubtOf({ cells, route }: Attempt, summaryOf: Summarizer['of']): number {
    let doubt = 0;
    for (const cell of cells) doubt = Math.max(doubt, summaryOf(cell, route, attempts.clock).outage);
    return doubt;
  }

  function leave(attempt: Attempt, natsOf: (nats: Float64Array) => number, isRefused = false): void {
    const { route, cells } = attempt;
    for (const cell of cells) {
      leaveSilence(cell.noLife, attempt, natsOf(route.lifeSilence), isRefused);
      leaveSilence(cell.noConversion, attempt, natsOf(route.conversionSilence), isRefused);
      cell.version += 1;
    }
  }

  function countIn(attempt: Attempt, outcome: 'converted' | 'failed', now: number, weight: number): void {
    for (const cell of attempt.cells) {
      count(cell.outcomes, outcome, attempt.sentAt, now, weight);
      cell.version += 1;
    }
  }

  function submit(o: Observation): void {
    if (attempts.get(o.attemptId)) return;
    const now = attempts.clock;
    const route = evidence.route(o.routeId, now);
    const places = evidence.places(o.country, o.operator);
    const cells = [route.cell, ...places.map((place, i) => evidence.cell(place, i + 1, route.id, now))];
    const attempt: Attempt = {
      id: o.attemptId,
      route,
      cells,
      sentAt: now,
      stage: 0,
      open: true,
      received: false,
      alive: false,
      silentIn: 0,
    };
    attempts.add(attempt);
    for (const cell of cells) {
      joinSilence(cell.noLife, attempt);
      joinSilence(cell.noConversion, attempt);
    }
    countAt(evidence.everywhere, now);
    for (const place of places) countAt(place, now);
  }

  function live(attempt: Attempt, now: number): void {
    for (const cell of attempt.cells) {
      breakSilence(cell.noLife, attempt.sentAt);
      cell.version += 1;
    }
    if (attempt.alive) return;
    attempt.alive = true;
    countSign(attempt.route.lifeSigns, ages.stageOf(now - attempt.sentAt), KEEP.lifeSigns);
    attempt.route.stale = true;
  }

  function convert(attempt: Attempt, now: number): void {
    const { route } = attempt;
    route.foretold += FORETOLD_STEP * ((attempt.received ? 1 : 0) - route.foretold);
    live(attempt, now);
    for (const cell of attempt.cells) breakSilence(cell.noConversion, attempt.sentAt);
    leave(attempt, () => 0);
    attempts.remove(attempt);
    countIn(attempt, 'converted', now, 1);
    const stage = ages.stageOf(now - attempt.sentAt);
    countSign(evidence.conversions, stage, KEEP.all);
    countSign(route.conversions, stage, KEEP.conversions);
    route.stale = true;
  }

  return {
    attempts,
    learn(o) {
      if (!Number.isFinite(o.at)) return;
      attempts.advance(o.at);
      const now = attempts.clock;
      if (o.kind === 'submitted') return submit(o);
      const attempt = attempts.get(o.attemptId);
      if (!attempt) return;
      switch (o.kind) {
        case 'accepted':
        case 'timedOut':
        case 'undelivered':
          // Whether it converts shows without their word; that it stays silent counts as it is.
          return;
        case 'delivered':
          attempt.received = true;
          return live(attempt, now);
        case 'converted':
          return convert(attempt, now);
        case 'rejected': {
          leave(attempt, () => REFUSAL_NATS, true);
          attempts.remove(attempt);
          // It speaks for the outage first: the third in a row is one already, and hardly a failure of the route's.
          return countIn(attempt, 'failed', now, 1 - doubtOf(attempt, summarizer.of));
        }
        case 'throttled':
          countThrottle(attempt.route.throttling, now);
          leave(attempt, () => 0);
          return attempts.remove(attempt);
        case 'abandoned':
          leave(attempt, () => 0);
          return attempts.remove(attempt);
        default:
          throw new Error(`unhandled observation: ${o.kind satisfies never}`);
      }
    },
  };
}
