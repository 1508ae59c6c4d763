import { GraphQLError } from 'graphql';
import { trustedText, type TrustedDocuments } from './trusted-documents.ts';

/** What a request of GraphQL over HTTP says. */
export interface GraphqlParams {
  query: string;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
  extensions?: Record<string, unknown> | null | undefined;
}

const NAMES = new Set(['query', 'variables', 'operationName', 'extensions']);

/**
 * @param trusted the operations that may be asked for, by their ids; undefined: any, by their texts
 * @throws {GraphQLError} with the status 400
 * @throws {DomainError} when the operation is not trusted
 */
export function readParams(body: Buffer, trusted?: TrustedDocuments): GraphqlParams {
  const params = parse(body);
  if (Array.isArray(params)) throw malformed('A request has one operation: it is a JSON object, not a list.');
  if (!isObject(params)) throw malformed('A request is a JSON object.');
  for (const name in params)
    if (params[name] != null && !NAMES.has(name) && !(trusted && name === 'documentId'))
      throw malformed(`"${name.slice(0, 60)}" is nothing that a request of GraphQL has.`);
  const { variables, operationName, extensions } = params;
  const query = trusted ? trustedText(trusted, params) : params.query;
  if (typeof query !== 'string') throw malformed('A request has a "query", which is a text.');
  if (variables != null && !isObject(variables)) throw malformed('"variables" is an object.');
  if (extensions != null && !isObject(extensions)) throw malformed('"extensions" is an object.');
  if (operationName != null && typeof operationName !== 'string')
    throw malformed('"operationName" is a text.');
  return { query, variables, operationName, extensions };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw malformed('The body is no JSON.');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { http: { status: 400 } } });
}
