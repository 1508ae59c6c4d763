/** A request as it goes out. */
export interface HttpRequest {
  method: string;
  /** Path and query. */
  target: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
}

export interface Answer {
  status: number;
  retryAfter: string | undefined;
  body: string;
  /** Why the body is not whole: then nothing in it can be trusted. */
  incomplete: string | undefined;
}

/** What came of a request: an answer, whole or not, or none. */
export type Exchange =
  | { kind: 'answer'; answer: Answer }
  /** `written`: the other side may have it all the same. */
  | { kind: 'none'; written: boolean; reason: string };
