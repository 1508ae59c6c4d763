import { pause, waitMs } from './backoff.ts';
import { errorOf, RateLimitedError, UnreachableError, type Refusal } from './errors.ts';
import {
  CancelDocument,
  CheckDocument,
  StartDocument,
  type CancelMutation,
  type CheckMutation,
  type StartMutation,
  type StartVerificationInput,
} from './generated/graphql.ts';
import { createTransport, type TransportOptions } from './transport.ts';
import { watch, type VerificationEvent, type WatchOptions } from './watch.ts';

type Of<Result> = Omit<Extract<Result, { __typename: 'Verification' }>, '__typename'>;

/**
 * A verification as it was started. `clientToken` is for the page that waits for it, and is not shown again. Over
 * `INBOUND_SMS` its destination has to text `inboundCode` to `inboundNumber`.
 */
export type StartedVerification = Of<StartMutation['result']> & { clientToken: string };
/** A verification as it is after a check. */
export type CheckedVerification = Of<CheckMutation['result']>;
export type CanceledVerification = Of<CancelMutation['result']>;

export interface Otpost {
  /**
   * Sends a code. The same start is not made twice when the answer is lost on its way: it is repeated with its
   * idempotency key, one that is made here when you give none.
   * @param input the number, or the number and more
   * @throws {OtpostError}
   */
  start(input: string | StartVerificationInput, options?: CallOptions): Promise<StartedVerification>;
  /**
   * Checks a code as it was typed. It is never repeated by itself, as each check counts.
   * @throws {WrongCodeError} @throws {OtpostError}
   */
  check(verificationId: string, code: string, options?: CallOptions): Promise<CheckedVerification>;
  /** @throws {OtpostError} */
  cancel(verificationId: string, options?: CallOptions): Promise<CanceledVerification>;
  /** `for await (const event of otpost.watch(id)) …`; ends with the verification. @throws {OtpostError} */
  watch(
    verificationId: string,
    options?: WatchOptions & { token?: string | undefined },
  ): AsyncGenerator<VerificationEvent, void, void>;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface OtpostOptions extends Omit<TransportOptions, 'token'> {
  /** An API key or access token, on a server; not needed by a page that only watches with a client token. */
  token?: string | undefined;
}

/** Attempts of a call that may be repeated. */
const ATTEMPTS = 4;
/** A limit that lasts longer is told to the caller instead. */
const LONGEST_WAIT_SECONDS = 5;

/** A client of one Otpost server. Keeps nothing open but what is being watched. */
export function createOtpost({ token = '', ...options }: OtpostOptions): Otpost {
  const transport = createTransport({ ...options, token });

  return {
    async start(input, { signal } = {}) {
      const wanted = typeof input === 'string' ? { to: input } : input;
      const whole = { ...wanted, idempotencyKey: wanted.idempotencyKey ?? crypto.randomUUID() };
      const { result } = await repeat(() => transport.ask(StartDocument, { input: whole }, signal), signal);
      // On the answer of a start it is always there.
      return verificationOf<StartMutation['result']>(result) as StartedVerification;
    },
    async check(verificationId, code, { signal } = {}) {
      const { result } = await transport.ask(CheckDocument, { input: { verificationId, code } }, signal);
      return verificationOf<CheckMutation['result']>(result);
    },
    async cancel(verificationId, { signal } = {}) {
      const { result } = await repeat(
        () => transport.ask(CancelDocument, { input: { verificationId } }, signal),
        signal,
      );
      return verificationOf<CancelMutation['result']>(result);
    },
    watch(verificationId, { token: own, ...rest } = {}) {
      const by = own === undefined ? transport : createTransport({ ...options, token: own });
      return watch(by, verificationId, rest);
    },
  };
}

/** @throws the refusal that it is instead */
function verificationOf<Result extends { __typename: string }>(result: Result): Of<Result> {
  const { __typename: type, ...rest } = result;
  if (type !== 'Verification') throw errorOf(rest as unknown as Refusal);
  return rest as unknown as Of<Result>;
}

async function repeat<Result>(call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const limited = error instanceof RateLimitedError ? error.retryAfterSeconds : 0;
      const mayHelp = error instanceof UnreachableError || (limited > 0 && limited <= LONGEST_WAIT_SECONDS);
      if (!mayHelp || attempt === ATTEMPTS) throw error;
      await pause(limited * 1_000 + waitMs(attempt, Math.random()), signal);
    }
  }
}
