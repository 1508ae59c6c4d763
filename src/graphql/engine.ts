import type { IncomingMessage, ServerResponse } from 'node:http';
import { createYoga } from 'graphql-yoga';
import { NotAcceptable } from '../errors.ts';
import type { AddressOf } from '../http/client-address.ts';
import type { OwnPages } from '../http/cross-site.ts';
import type { App } from '../platform.ts';
import type { ConnectionSeats } from '../rates/seats.ts';
import { answerTypeFor, takesAnswer } from './answer-type.ts';
import { createDocumentFacts } from './document-facts.ts';
import { createJsonRequests, sendResult } from './json-request.ts';
import { useAuthentication } from './plugins/authentication.ts';
import { useCosts } from './plugins/costs.ts';
import { useDocumentCache } from './plugins/document-cache.ts';
import { useExecution } from './plugins/execution.ts';
import { useLimits } from './plugins/limits.ts';
import { useLogging } from './plugins/logging.ts';
import { createErrorWords, type ErrorWords } from './plugins/masking.ts';
import { isJson, useRequestBody } from './plugins/request-body.ts';
import { useStreamHeaders } from './plugins/stream-headers.ts';
import { useTrustedDocuments } from './plugins/trusted-documents.ts';
import { schema } from './schema.ts';
import { createSharedExecutions } from './shared-execution.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import type { WebSocketOptions } from './websocket.ts';

export const GRAPHQL_PATH = '/graphql';

export interface EngineOptions {
  own: OwnPages;
  introspection: boolean;
  /** Undefined: any operation is run. */
  trusted: TrustedDocuments | undefined;
  addressOf: AddressOf;
  seats: ConnectionSeats;
}

/** The schema with its plugins: the same steps for an operation, whichever way it came. */
export interface Engine extends ErrorWords {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  getEnveloped: WebSocketOptions['getEnveloped'];
}

export function createEngine(app: App, options: EngineOptions): Engine {
  const facts = createDocumentFacts(schema);
  const words = createErrorWords(app);
  const { mask, refuse } = words;
  const yoga = createYoga({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    landingPage: false,
    batching: false,
    multipart: false,
    // The server around this answers these, and knows more.
    graphiql: false,
    cors: false,
    healthCheckEndpoint: '/-/never',
    maxRequestBodySize: false,
    parserAndValidationCache: false,
    ...(options.trusted && { extraParamNames: ['documentId'] }),
    maskedErrors: { maskError: (error) => mask(error), errorMessage: '' },
    // What is worth a line has one: from the mask, or from the plugin below.
    logging: quiet(app),
    plugins: [
      useStreamHeaders(),
      useRequestBody(refuse),
      ...(options.trusted ? [useTrustedDocuments(options.trusted, refuse)] : []),
      useDocumentCache(),
      useLogging(app.log, facts),
      useAuthentication(app, facts, { ...options, refuse }),
      useLimits({ facts, introspection: options.introspection, refuse }),
      useCosts(app, facts, { addressOf: options.addressOf, refuse }),
      useExecution(createSharedExecutions(facts, mask), words, options.seats),
    ],
  });
  const byYoga: Engine['handle'] = async (request, response) => void (await yoga.handle(request, response));
  const answerJsonRequest = createJsonRequests({
    getEnveloped: yoga.getEnveloped,
    ...words,
    trusted: options.trusted,
    // Yoga takes a body that was read already from here, as middlewares of Express leave it.
    answerStream: (request, response, body) => byYoga(Object.assign(request, { body }), response),
  });
  return {
    handle(request, response) {
      const { method, headers } = request;
      const type =
        method === 'POST' && isJson(headers['content-type']) ? answerTypeFor(headers.accept) : undefined;
      if (type) return answerJsonRequest(request, response, type);
      if (takesAnswer(headers.accept)) return byYoga(request, response);
      // Yoga would see it when all is done, and answer without a word.
      sendResult(response, { errors: [refuse(new NotAcceptable())] }, 'application/json');
      return Promise.resolve();
    },
    getEnveloped: yoga.getEnveloped,
    ...words,
  };
}

function quiet({ log }: App) {
  // A mistake in the variables quotes them, and they hold numbers and codes: only its name is told.
  const debug = (...args: unknown[]) => log.debug({ yoga: args.map(nameOf) }, 'yoga');
  const silent = () => {};
  // Yoga asks for debug lines several times per request.
  return { debug: silent, info: debug, warn: debug, error: debug };
}

function nameOf(said: unknown): string {
  return said instanceof Error ? said.name : typeof said;
}
