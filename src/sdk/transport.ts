import { errorOf, OtpostError, UnreachableError } from './errors.ts';
import { createEventParser } from './sse.ts';

export interface TransportOptions {
  /** Where Otpost is, e.g. `https://otp.example.com`. */
  url: string;
  /** An API key or access token on a server, the verification's client token in a browser. */
  token: string;
  /** Sent along with every request; usually none. */
  headers?: Record<string, string> | undefined;
  /** Instead of the platform's own. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** An operation, with the types of what it takes and answers. */
export interface Document<Result, Variables> {
  toString(): string;
  __apiType?: (variables: Variables) => Result;
}

export interface Transport {
  /** @throws {OtpostError} */
  ask<Result, Variables>(
    document: Document<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result>;
  /**
   * Ends when the server says that there is no more. Is not read on before what came is taken: whoever needs long for
   * it keeps the server waiting, and loses nothing. @throws {OtpostError} also when the line was cut
   */
  stream<Result, Variables>(
    document: Document<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): AsyncGenerator<Result, void>;
}

/** The server pings every 12 s; a line without anything for so long is dead. */
const SILENCE_MS = 40_000;
/** For an answer that is no stream. */
const ANSWER_MS = 30_000;

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

export function createTransport({
  url,
  token,
  headers,
  fetch = globalThis.fetch,
}: TransportOptions): Transport {
  const endpoint = `${url.replace(/\/+$/, '')}/graphql`;

  async function send(accept: string, query: string, variables: unknown, signal: AbortSignal) {
    try {
      return await fetch(endpoint, {
        method: 'POST',
        headers: { ...headers, accept, 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
        // The credential is in the header: a cookie of somebody signed in has no part in this.
        credentials: 'omit',
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new UnreachableError(`There was no answer from ${endpoint}.`, error);
    }
  }

  return {
    async ask(document, variables, signal) {
      const limit = AbortSignal.timeout(ANSWER_MS);
      const within = signal ? AbortSignal.any([signal, limit]) : limit;
      try {
        const response = await send(
          'application/graphql-response+json',
          document.toString(),
          variables,
          within,
        );
        return dataOf(await answerOf(response), response) as never;
      } catch (error) {
        if (limit.aborted && !signal?.aborted)
          throw new UnreachableError(
            `There was no answer from ${endpoint} within ${ANSWER_MS / 1000} s.`,
            error,
          );
        throw error;
      }
    },
    async *stream(document, variables, signal) {
      const dead = new AbortController();
      const within = signal ? AbortSignal.any([signal, dead.signal]) : dead.signal;
      // Only while something is waited for: the time that the consumer takes says nothing of the line.
      const hear = <Value>(coming: Promise<Value>): Promise<Value> => {
        const silence = setTimeout(() => dead.abort(), SILENCE_MS);
        return coming.finally(() => clearTimeout(silence));
      };
      try {
        const response = await hear(send('text/event-stream', document.toString(), variables, within));
        if (!response.headers.get('content-type')?.startsWith('text/event-stream') || !response.body)
          throw refusalOf(await answerOf(response), response);
        const parse = createEventParser();
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (;;) {
          const { done, value } = await hear(reader.read());
          if (done) break;
          for (const { type, data } of parse(value)) {
            if (type === 'complete') return;
            if (type === 'next') yield dataOf(JSON.parse(data) as Answer, response) as never;
          }
        }
        throw new UnreachableError(`The stream from ${endpoint} was cut.`);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof OtpostError) throw error;
        throw new UnreachableError(`The stream from ${endpoint} was cut.`, error);
      } finally {
        dead.abort();
      }
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    // A proxy's page, perhaps.
    throw new UnreachableError(`HTTP ${response.status} with no answer of Otpost in it.`, error);
  }
}

function dataOf(answer: Answer, response: Response): unknown {
  if (answer.errors?.length || !answer.data) throw refusalOf(answer, response);
  return answer.data;
}

function refusalOf({ errors }: Answer, response: Response): Error {
  const [first] = errors ?? [];
  const code = first?.extensions?.code;
  if (!first || typeof code !== 'string' || code.startsWith('internal/'))
    return new UnreachableError(first?.message ?? `HTTP ${response.status} with no answer of Otpost in it.`);
  const retryAfterSeconds = first.extensions?.retryAfterSeconds ?? response.headers.get('retry-after');
  return errorOf({ ...first.extensions, code, message: first.message, retryAfterSeconds });
}
