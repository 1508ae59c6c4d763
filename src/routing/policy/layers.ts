/**
 * Conversions and failures by how long ago their message was sent. Layer i counts each with the weight
 * e^(−age ÷ LAYERS_MS[i]), so the difference of two neighbours is what lies between two ages. Sums of
 * exponentials add up: over attempts in any order, and over workers.
 */
export const LAYERS_MS = [30_000, 120_000, 480_000, 1_920_000, 7_680_000, 30_720_000] as const;

const OLDEST = LAYERS_MS.length - 1;

export interface Layers {
  converted: Float64Array;
  failed: Float64Array;
  /** The moment that the weights are right for. */
  at: number;
}

export function createLayers(at: number): Layers {
  return {
    converted: new Float64Array(LAYERS_MS.length),
    failed: new Float64Array(LAYERS_MS.length),
    at,
  };
}

/** Moves the weights on to a later moment. */
export function fade(layers: Layers, now: number): void {
  const elapsed = now - layers.at;
  if (elapsed <= 0) return;
  let keep = oldestWeight(elapsed);
  for (let i = OLDEST; i >= 0; i--, keep = nextWeight(keep)) {
    layers.converted[i]! *= keep;
    layers.failed[i]! *= keep;
  }
  layers.at = now;
}

/** @param weight 0–1, how much of an outcome it is */
export function count(
  layers: Layers,
  outcome: 'converted' | 'failed',
  sentAt: number,
  now: number,
  weight: number,
): void {
  fade(layers, now);
  const into = layers[outcome];
  let share = oldestWeight(Math.max(0, layers.at - sentAt));
  for (let i = OLDEST; i >= 0; i--, share = nextWeight(share)) into[i]! += weight * share;
}

/** Adds what another worker counted. */
export function addLayers(into: Layers, other: Layers): void {
  fade(into, other.at);
  let keep = oldestWeight(Math.max(0, into.at - other.at));
  for (let i = OLDEST; i >= 0; i--, keep = nextWeight(keep)) {
    into.converted[i]! += keep * other.converted[i]!;
    into.failed[i]! += keep * other.failed[i]!;
  }
}

function oldestWeight(ageMs: number): number {
  return Math.exp(-ageMs / LAYERS_MS[OLDEST]!);
}

/** Of the next newer layer, whose time is a fourth: one exponential does for all. */
function nextWeight(weight: number): number {
  const squared = weight * weight;
  return squared * squared;
}
