import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/read-body.ts';
import { authenticateClient } from '../oauth/authenticate-client.ts';
import { readClientProof, readParams, type Params } from '../oauth/client-proof.ts';
import { OAUTH_ERRORS, OAuthRefused, type OAuthErrorCode } from '../oauth/errors.ts';
import { introspectToken } from '../oauth/introspect-token.ts';
import { issueToken } from '../oauth/issue-token.ts';
import { authorizationServerMetadata, protectedResourceMetadata } from '../oauth/metadata.ts';
import { revokeToken } from '../oauth/revoke-token.ts';
import { createSigningKeys } from '../oauth/signing-keys.ts';
import { identifyCaller } from '../oauth/token-caller.ts';
import type { App } from '../platform.ts';
import { noteUnexpected, unexpectedMessage } from '../unexpected.ts';

export type OAuthPath =
  | '/oauth/token'
  | '/oauth/introspect'
  | '/oauth/revoke'
  | '/oauth/jwks'
  | '/.well-known/oauth-authorization-server'
  | '/.well-known/oauth-protected-resource';

/** What an endpoint answers with; nothing: an empty 200. */
type Answer = object | undefined;
type Called = { params: Params; authorization: string | undefined; address: string | undefined };

interface Endpoint {
  method: 'GET' | 'POST';
  /** How long others may keep what it answers. Seconds; 0: not at all. */
  keptSeconds: number;
  answer: (app: App, called: Called) => Promise<Answer>;
}

// An assertion, and each scope that there is, several times over.
const MAX_FORM_BYTES = 16 * 1024;
// A new key is published a day before it signs.
const KEYS_KEPT_SECONDS = 300;
const METADATA_KEPT_SECONDS = 3_600;

const ENDPOINTS: Record<OAuthPath, Endpoint> = {
  '/oauth/token': {
    method: 'POST',
    keptSeconds: 0,
    async answer(app, { params, authorization, address }) {
      const proof = readClientProof(authorization, params);
      return issueToken(app, await authenticateClient(app, proof, address), params);
    },
  },
  '/oauth/introspect': {
    method: 'POST',
    keptSeconds: 0,
    async answer(app, { params, authorization, address }) {
      return introspectToken(app, await identifyCaller(app, authorization, params, address), params);
    },
  },
  '/oauth/revoke': {
    method: 'POST',
    keptSeconds: 0,
    async answer(app, { params, authorization, address }) {
      await revokeToken(app, await identifyCaller(app, authorization, params, address), params);
      return undefined;
    },
  },
  '/.well-known/oauth-authorization-server': {
    method: 'GET',
    keptSeconds: METADATA_KEPT_SECONDS,
    answer: async (app) => authorizationServerMetadata(app.publicUrl),
  },
  '/.well-known/oauth-protected-resource': {
    method: 'GET',
    keptSeconds: METADATA_KEPT_SECONDS,
    answer: async (app) => protectedResourceMetadata(app.publicUrl),
  },
  '/oauth/jwks': {
    method: 'GET',
    keptSeconds: KEYS_KEPT_SECONDS,
    answer: async (app) => ({ keys: await app.single(createSigningKeys).published() }),
  },
};

/** Answers an endpoint of OAuth 2.0: forms in, JSON out (RFC 6749). */
export async function answerOAuth(
  app: App,
  path: OAuthPath,
  address: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, keptSeconds, answer } = ENDPOINTS[path];
  const isRight = request.method === method || (method === 'GET' && request.method === 'HEAD');
  if (!isRight) {
    response.setHeader('allow', method);
    return refuse(response, 405, 'invalid_request', `This is asked by ${method}.`);
  }
  try {
    const { authorization } = request.headers;
    const params = method === 'POST' ? await readForm(request) : new Map<string, string>();
    if (params === 'cut') return void response.destroy();
    const answered = await answer(app, { params, authorization, address });
    const kept = keptSeconds > 0 ? `public, max-age=${keptSeconds}` : 'no-store';
    respond(response, 200, answered, { 'cache-control': kept });
  } catch (error) {
    if (error instanceof OAuthRefused) return refuseAs(response, error);
    const id = noteUnexpected(app.log, error, path);
    refuse(response, 500, 'server_error', unexpectedMessage(id));
  }
}

/** @throws {OAuthRefused} */
async function readForm(request: IncomingMessage): Promise<Params | 'cut'> {
  if (!/^application\/x-www-form-urlencoded *(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new OAuthRefused('invalid_request', 'The parameters come as application/x-www-form-urlencoded.');
  const body = await readBody(request, MAX_FORM_BYTES);
  if (body === 'tooLarge')
    throw new OAuthRefused('invalid_request', `A request has at most ${MAX_FORM_BYTES / 1024} KB.`);
  return body === 'cut' ? 'cut' : readParams(body.toString('utf8'));
}

function refuseAs(response: ServerResponse, { error, message, retryAfter }: OAuthRefused): void {
  if (error === 'invalid_client') response.setHeader('www-authenticate', 'Basic realm="otpost"');
  if (error === 'invalid_token' || error === 'insufficient_scope')
    response.setHeader('www-authenticate', `Bearer realm="otpost", error="${error}"`);
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  // What may still come of a body is not read.
  response.setHeader('connection', 'close');
  refuse(response, OAUTH_ERRORS[error], error, message);
}

function refuse(
  response: ServerResponse,
  status: number,
  error: OAuthErrorCode | 'server_error',
  description: string,
): void {
  respond(response, status, { error, error_description: description }, { 'cache-control': 'no-store' });
}

function respond(
  response: ServerResponse,
  status: number,
  answer: Answer,
  headers: Record<string, string>,
): void {
  response.writeHead(status, { ...headers, ...(answer && { 'content-type': 'application/json' }) });
  response.end(answer && `${JSON.stringify(answer)}\n`);
}
