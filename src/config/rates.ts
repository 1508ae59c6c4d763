/** How much may be asked for in how long. */
export interface Rate {
  units: number;
  seconds: number;
}

/** Of each kind of caller; absent: without a bound. */
export interface RequestRates {
  /** Of one credential: an API key, an access token's client, a person. */
  credential: Rate | undefined;
  /** Of all credentials of an account together. */
  account: Rate | undefined;
  /** Of one verification's client token, which strangers hold. */
  clientToken: Rate | undefined;
  /** Of one address without a credential, or with one that is none. */
  stranger: Rate | undefined;
}

export interface Rates extends RequestRates {
  /** Of those who see numbers masked: questions that name a full one. */
  search: Rate | undefined;
}
