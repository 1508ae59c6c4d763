export interface Operator {
  /** Mobile country code and network code, e.g. `21910`. */
  mccMnc: string;
  /** As people call it; absent when it is known by its code alone. */
  name?: string;
}

/** Who held each block of a country's mobile numbers when it was given out: dated, editable data. */
export interface NumberPlan {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Of E.164, without `+`. */
  countryCode: string;
  /** When somebody last looked, as an ISO 8601 day. */
  asOf: string;
  /** Share of numbers that are still with the first holder of their block, 0–1. */
  notPorted: number;
  /** National prefix → holder; null = a holder whose network code is not known. The longest one counts. */
  holders: Readonly<Record<string, Operator | null>>;
}
