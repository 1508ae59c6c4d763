/**
 * Latencies are counted in buckets that grow by the eighth root of two, so that hours and routes add up:
 * bucket b holds 2^(b ÷ 8) up to 2^((b + 1) ÷ 8) milliseconds, and its middle is at most 4.4 % away.
 */
export const BUCKETS_PER_OCTAVE = 8;

/** @param ms at least 0; less than one counts as one */
export function bucketOf(ms: number): number {
  return Math.floor(BUCKETS_PER_OCTAVE * Math.log2(Math.max(1, ms)));
}

/** The middle of a bucket, milliseconds. */
export function latencyOf(bucket: number): number {
  return Math.round(2 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE));
}
