import type { FetchAPI, Plugin } from 'graphql-yoga';
import { DomainError, InvalidInput, WrongMediaType } from '../../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Refuse } from './masking.ts';

/** A request body that nobody needs. */
export class BodyTooLarge extends DomainError {
  readonly code = 'request/too_large';
  constructor() {
    super(`A request has at most ${LIMITS.bodyBytes / 1024} KB.`);
  }
}

/**
 * Takes JSON bodies of a bounded size and nothing else. Forms and plain text are what a foreign web
 * page can send without asking first; JSON makes the browser ask (CORS).
 */
export function useRequestBody(refuse: Refuse): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
      if (request.method === 'GET' && requestParser)
        return setRequestParser(withGoodJson(requestParser, refuse));
      if (request.method !== 'POST') return;
      if (!isJson(request.headers.get('content-type'))) throw refuse(new WrongMediaType());
      const length = request.headers.get('content-length');
      if (length === null) {
        // Sent in chunks: only reading it tells its size. The usual request goes past this copy.
        if (requestParser)
          setRequestParser(async (chunked) => requestParser(await readBounded(chunked, fetchAPI, refuse)));
      } else if (Number(length) > LIMITS.bodyBytes) {
        throw refuse(new BodyTooLarge());
      }
    },
  };
}

type RequestParser = NonNullable<Parameters<NonNullable<Plugin['onRequestParse']>>[0]['requestParser']>;

/** `variables` and `extensions` of a URL are JSON, too; a mistake in them is the client's. */
function withGoodJson(parser: RequestParser, refuse: Refuse): RequestParser {
  return async (request) => {
    try {
      return await parser(request);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw refuse(new InvalidInput('variables', 'The variables and extensions of a URL are JSON objects.'));
    }
  };
}

export function isJson(contentType: string | null | undefined): boolean {
  return contentType != null && /^application\/(?:graphql\+)?json *(?:;|$)/i.test(contentType);
}

async function readBounded(request: Request, fetchAPI: FetchAPI, refuse: Refuse): Promise<Request> {
  const chunks: Uint8Array[] = [];
  const reader = (request.body as AsyncIterable<Uint8Array> | null)?.[Symbol.asyncIterator]();
  let size = 0;
  // Not `for await`: leaving that early cuts the connection, and nobody would read why.
  for (let read = await reader?.next(); read && !read.done; read = await reader?.next()) {
    size += read.value.byteLength;
    if (size > LIMITS.bodyBytes) throw refuse(new BodyTooLarge());
    chunks.push(read.value);
  }
  const { url, method, headers, signal } = request;
  return new fetchAPI.Request(url, { method, headers, signal, body: Buffer.concat(chunks) });
}
