/** How much may be asked for in how long. */
export interface Rate {
  units: number;
  seconds: number;
}

/** Of each kind of caller; absent: without a bound. */
export interface Rates {
  /** Of one credential: an API key, an access token's client, a person. */
  credential: Rate | undefined;
  /** Of all credentials of an account together. */
  account: Rate | undefined;
  /** Of one verification's client token, which strangers hold. */
  clientToken: Rate | undefined;
  /** Of one address without a credential, or with one that is none. */
  stranger: Rate | undefined;
}

// A start costs one. What a page of a hundred verifications with their messages costs the database is about
// what a hundred starts do.
const OBJECTS_PER_UNIT = 100;

/** @param cost objects that an answer may have at most */
export function unitsOf(cost: number): number {
  return Math.max(1, Math.ceil(cost / OBJECTS_PER_UNIT));
}
