/**
 * The advisory locks of Otpost: any numbers that are ours, a different one for each thing. One number for two things
 * would have one wait for the other, for as long as that takes.
 */
export const ADVISORY_LOCKS = {
  /** Processes that start together migrate one after the other. */
  migration: 7_268_031,
  /** One rotation of keys at a time; it is held for as long as that takes. */
  keyRotation: 7_268_032,
  /** Of processes that find a key that signs access tokens to be due one makes it. */
  signingKeys: 7_268_033,
  /** One process at a time seals the audit log. */
  auditSealing: 7_268_034,
  /** Of processes that find no key for checkpoints one makes it. */
  checkpointKeys: 7_268_035,
  /** One process at a time makes and drops partitions. */
  partitions: 7_268_041,
} as const;
