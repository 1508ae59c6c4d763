/** What the load generator asks for; every request of a job is another one. */
export type Requests =
  | { kind: 'typename' }
  /** Starts for the numbers from `firstNumber` on. */
  | { kind: 'start'; firstNumber: number }
  /** The same over REST. */
  | { kind: 'rest start'; firstNumber: number }
  /** The same as a client of Twilio has it. */
  | { kind: 'drop-in start'; firstNumber: number; accountSid: string; serviceSid: string }
  /** Each of these once. */
  | { kind: 'check'; codes: readonly KnownCode[] }
  /** Again and again, in this order. */
  | { kind: 'status'; verificationIds: readonly string[] };

export interface KnownCode {
  verificationId: string;
  code: string;
}

/** When a request may go. */
export type Pace =
  /** At once, when the answer before it is there. */
  | { kind: 'closed' }
  /** So many a second, whether the answers are there or not, as long as a connection is free. */
  | { kind: 'steady'; perSecond: number }
  /** As many as `allow` says. */
  | { kind: 'allowed' };

export interface LoadJob {
  /** Of GraphQL; what goes to another path of the same server goes there. */
  url: string;
  apiKey: string;
  /** Each request with the next one of these instead, from the first on. */
  apiKeys?: readonly string[];
  connections: number;
  requests: Requests;
  pace: Pace;
  /** Ends earlier when the requests run out. */
  seconds: number;
}

export interface LoadResult {
  /** Answers that were what was asked for. */
  accepted: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers that were not; a run with any is void. */
  refused: number;
  firstRefusal?: string;
}
