import type { IncomingMessage, ServerResponse } from 'node:http';
import { getOperationAST, OperationTypeNode, type ExecutionResult } from 'graphql';
import { processRegularResult, type FetchAPI } from 'graphql-yoga';
import { DomainError } from '../errors.ts';
import { readBody } from '../http/read-body.ts';
import type { AnswerType } from './answer-type.ts';
import { LIMITS } from './limits.ts';
import type { ErrorWords } from './plugins/masking.ts';
import { BodyTooLarge } from './plugins/request-body.ts';
import { readParams, type GraphqlParams } from './request-params.ts';
import type { Enveloped } from './socket-protocol.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** What the plugins see of such a request. */
export interface JsonRequestContext {
  req: IncomingMessage;
  res: ServerResponse;
  request: { method: 'POST' };
  params: GraphqlParams;
}

export interface JsonRequestOptions extends ErrorWords {
  getEnveloped(context: JsonRequestContext): Enveloped;
  trusted: TrustedDocuments | undefined;
  /** Answers a subscription; the request's body has been read by then. */
  answerStream(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void>;
}

/** Answers a POST of JSON in a type that its `Accept` allows. */
export type AnswerJsonRequest = (
  request: IncomingMessage,
  response: ServerResponse,
  type: AnswerType,
) => Promise<void>;

/**
 * Nearly all requests are a POST of JSON that wants JSON. These go through the same plugins, and by the
 * same rules of GraphQL over HTTP, as all others, but on Node's own requests and responses: those of the
 * Fetch API, which Yoga makes of them, were most of what a request cost: `{ __typename }` allocated 85 KB
 * instead of 38, and took 1.5 times the CPU.
 */
export function createJsonRequests({
  getEnveloped,
  mask,
  refuse,
  trusted,
  answerStream,
}: JsonRequestOptions): AnswerJsonRequest {
  async function resultOf(
    req: IncomingMessage,
    res: ServerResponse,
    body: Buffer,
  ): Promise<ExecutionResult | 'stream'> {
    try {
      const params = readParams(body, trusted);
      const { query, variables: variableValues, operationName } = params;
      const { schema, ...steps } = getEnveloped({ req, res, request: { method: 'POST' }, params });
      const document = steps.parse(query);
      const errors = steps.validate(schema, document);
      if (errors.length > 0) return { errors };
      const operation = getOperationAST(document, operationName);
      if (operation?.operation === OperationTypeNode.SUBSCRIPTION) return 'stream';
      const contextValue = await steps.contextFactory();
      return await steps.execute({ schema, document, contextValue, variableValues, operationName });
    } catch (error) {
      return { errors: [error instanceof DomainError ? refuse(error) : mask(error)] };
    }
  }

  return async (request, response, type) => {
    const body = await readBody(request, LIMITS.bodyBytes);
    if (body === 'cut') return void response.destroy();
    if (body === 'tooLarge') return sendResult(response, { errors: [refuse(new BodyTooLarge())] }, type);
    const result = await resultOf(request, response, body);
    return result === 'stream' ? answerStream(request, response, body) : sendResult(response, result, type);
  };
}

/** By the rules for statuses of GraphQL over HTTP. */
export function sendResult(response: ServerResponse, result: ExecutionResult, type: AnswerType): void {
  const { body, status, headers } = processRegularResult(result, FETCH, type) as unknown as PlainResponse;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** What Yoga's rules for statuses, headers and bodies answer with, in place of a `Response`. */
class PlainResponse {
  readonly body: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(body: string, { status, headers }: { status: number; headers: Record<string, string> }) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }
}

const FETCH = { Response: PlainResponse } as unknown as FetchAPI;
