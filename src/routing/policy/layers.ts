/**
 * Conversions and failures by how long ago their message was sent. Layer i counts each with the weight
 * e^(−age ÷ LAYERS_MS[i]), so the difference of two neighbours is what lies between two ages. Sums of
 * exponentials add up: over attempts in any order, and over workers.
 */
export const LAYERS_MS = [30_000, 120_000, 480_000, 1_920_000, 7_680_000, 30_720_000] as const;

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
  for (let i = 0; i < LAYERS_MS.length; i++) {
    const keep = Math.exp(-elapsed / LAYERS_MS[i]!);
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
  const age = Math.max(0, layers.at - sentAt);
  const into = layers[outcome];
  for (let i = 0; i < LAYERS_MS.length; i++) into[i]! += weight * Math.exp(-age / LAYERS_MS[i]!);
}

/** Adds what another worker counted. */
export function addLayers(into: Layers, other: Layers): void {
  fade(into, other.at);
  const elapsed = Math.max(0, into.at - other.at);
  for (let i = 0; i < LAYERS_MS.length; i++) {
    const keep = Math.exp(-elapsed / LAYERS_MS[i]!);
    into.converted[i]! += keep * other.converted[i]!;
    into.failed[i]! += keep * other.failed[i]!;
  }
}
