/** Seeded draws: everything of a world comes from one of these, so that a seed names a world. */
export interface Chance {
  /** Uniform in [0, 1). */
  uniform(): number;
  normal(): number;
  /** @param mean of the wait, in any unit */
  exponential(mean: number): number;
  /** @param sigma of the logarithm */
  logNormal(median: number, sigma: number): number;
}

/** A splitmix-style generator with 32 bits of state: short runs of it are all that a trace needs. */
export function createChance(seed: number): Chance {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const uniform = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 4_294_967_296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    logNormal: (median, sigma) => median * Math.exp(sigma * normal()),
  };
}
