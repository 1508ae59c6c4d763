import type { Ages } from './ages.ts';
import type { Cell, Summary } from './cell.ts';
import { fade, LAYERS_MS } from './layers.ts';
import { learnCurves, type Route } from './route.ts';
import type { Signs } from './signs.ts';
import { firstStage } from './stage-counts.ts';
import { suspectOutage, type Suspicion } from './silence.ts';

/** How fast rates wander: variance ÷ p(1 − p), per millisecond. In one hour as much as one attempt in 14 says. */
export const DRIFT_PER_MS = 2e-5 / 1_000;

/** Of any route before the first evidence. */
export const EXPECTED_RATE = 0.7;

/** How long a summary holds, at least and at most: nothing learned changes faster. */
const SHORTEST_MS = 500;
const LONGEST_MS = 60_000;
/** Below it an outage need not be followed closely. */
const SUSPICIOUS = 0.01;

const LAYERS = LAYERS_MS.length;

export interface Summarizer {
  of(cell: Cell, route: Route, now: number): Summary;
  /** The same as of late: what came since the last question may be missing. */
  recentOf(cell: Cell, route: Route, now: number): Summary;
  /** The failures in each layer, the silence of those that wait included. */
  failedIn(cell: Cell, route: Route, now: number): number[];
}

export function createSummarizer(ages: Ages, conversions: Signs): Summarizer {
  const failing = new Float64Array(LAYERS);
  const converted = new Float64Array(LAYERS);
  const failed = new Float64Array(LAYERS);
  const life: Suspicion = { probability: 0, wasOut: 0, endsPerMs: 0 };
  const conversion: Suspicion = { probability: 0, wasOut: 0, endsPerMs: 0 };

  function summarize(cell: Cell, route: Route, now: number): void {
    const { summary, outcomes, foreign } = cell;
    learnCurves(route, conversions);
    fade(outcomes, now);
    if (foreign) fade(foreign.outcomes, now);
    suspectOutage(cell.noLife, foreign?.noLife, route.lifeSilence, ages, now, life);
    suspectOutage(cell.noConversion, foreign?.noConversion, route.conversionSilence, ages, now, conversion);
    const worse = life.probability > conversion.probability ? life : conversion;
    summary.outage = worse.probability;
    summary.outageEndsPerMs = worse.endsPerMs;
    weighSilence(cell, route.arrived, summary.outage, EXPECTED_RATE);
    wander(cell);
    // The weight of a silence depends on the rate that it is evidence for: once more is enough.
    if (cell.waiting.bits === 0 || summary.coming < 0.1 * summary.strength) return;
    const rate = (summary.rate * summary.strength + EXPECTED_RATE * 5) / (summary.strength + 5);
    weighSilence(cell, route.arrived, summary.outage, rate);
    wander(cell);
  }

  /**
   * A silent attempt of rate p and arrived share F is F(1 − p) ÷ (1 − pF) of a failure: the expected
   * count, given the silence. What the outage explains is left out.
   */
  function weighSilence(cell: Cell, arrived: Float64Array, outage: number, p: number): void {
    failing.fill(0);
    let coming = 0;
    for (let { bits } = cell.waiting; bits !== 0; bits &= bits - 1) {
      const j = firstStage(bits);
      const waiting = cell.waiting.at[j]! - outage * cell.noConversion.counts.at[j]!;
      if (waiting <= 0) continue;
      const share = arrived[j]!;
      const failures = (waiting * share * (1 - p)) / (1 - p * share + 1e-9);
      coming += waiting - failures;
      for (let i = 0; i < LAYERS; i++) failing[i]! += failures * ages.weights[i * ages.count + j]!;
    }
    cell.summary.coming = coming;
  }

  /** From the oldest layer to the newest: in between the rate wanders, and what was learned is worth less. */
  function wander({ outcomes, foreign, summary }: Cell): void {
    for (let i = 0; i < LAYERS; i++) {
      converted[i] = outcomes.converted[i]! + (foreign ? foreign.outcomes.converted[i]! : 0);
      failed[i] = outcomes.failed[i]! + failing[i]! + (foreign ? foreign.outcomes.failed[i]! : 0);
    }
    let rate = EXPECTED_RATE;
    let strength = 0;
    for (let i = LAYERS - 1; i >= 0; i--) {
      // What is in this layer and in no newer one.
      const good = Math.max(0, i > 0 ? converted[i]! - converted[i - 1]! : converted[0]!);
      const bad = Math.max(0, i > 0 ? failed[i]! - failed[i - 1]! : failed[0]!);
      const drift = (DRIFT_PER_MS * (LAYERS_MS[i]! - (i > 0 ? LAYERS_MS[i - 1]! : 0))) / 2;
      strength /= 1 + strength * drift;
      if (good + bad > 1e-9) {
        rate = (rate * strength + good) / (strength + good + bad);
        strength += good + bad;
      }
      strength /= 1 + strength * drift;
    }
    summary.rate = rate;
    summary.strength = strength;
  }

  /** Half of the stage that the youngest of those that wait are in; suspicion fades ever more slowly. */
  function holdsFor({ waiting, summary }: Cell): number {
    let longest = summary.outage > SUSPICIOUS ? 0.02 / summary.outageEndsPerMs : LONGEST_MS;
    if (waiting.bits !== 0) {
      const youngest = firstStage(waiting.bits);
      longest = Math.min(longest, (ages.to[youngest]! - ages.from[youngest]!) / 2);
    }
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, longest));
  }

  function of(cell: Cell, route: Route, now: number): Summary {
    const { summary } = cell;
    if (summary.version === cell.version && now >= summary.from && now < summary.until) return summary;
    summarize(cell, route, now);
    const holdsMs = holdsFor(cell);
    // On a grid, so that what is believed at a moment depends less on when it was asked for before.
    summary.from = Math.floor(now / holdsMs) * holdsMs;
    summary.until = summary.from + holdsMs;
    summary.version = cell.version;
    return summary;
  }

  return {
    of,
    recentOf: (cell, route, now) =>
      now >= cell.summary.from && now < cell.summary.until ? cell.summary : of(cell, route, now),
    failedIn(cell, route, now) {
      summarize(cell, route, now);
      return Array.from(cell.outcomes.failed, (n, i) => n + failing[i]!);
    },
  };
}
