import { getRequestListener } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { authenticate } from '../../accounts/authenticate.ts';
import { Forbidden } from '../../accounts/errors.ts';
import { lackOf } from '../../accounts/lack.ts';
import type { Principal } from '../../accounts/principal.ts';
import { noteRefusal } from '../../audit/note-refusal.ts';
import { DomainError, ERROR_CODES } from '../../errors.ts';
import type { AddressOf } from '../../http/client-address.ts';
import { createSlowUploads, type SlowUploads } from '../../http/slow-uploads.ts';
import { senderIn, type OwnOrigins } from '../../people/presented.ts';
import type { App } from '../../platform.ts';
import type { ConnectionSeats } from '../../rates/seats.ts';
import { createMeter } from '../../rates/meter.ts';
import { limitBody } from '../limit-body.ts';
import { noteUnexpected, unexpectedMessage } from '../../unexpected.ts';
import { addAudit } from './audit.ts';
import { addAuditExport } from './audit-export.ts';
import { addBatches, BATCH_PATH } from './batches.ts';
import { addConfiguration } from './configuration.ts';
import { addDocs } from './docs.ts';
import type { Gate, RestApi, RestContext, RestEnv } from './endpoint.ts';
import { addEvents } from './events.ts';
import { addInbound } from './inbound.ts';
import { addMessages } from './messages.ts';
import { addReveal } from './reveal.ts';
import { problem, problemHeaders, problemOf, type Problem } from './problem.ts';
import { addSubjects } from './subjects.ts';
import { addVerifications } from './verifications.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** The REST API under `/v1`: the same verbs as GraphQL, behind paths. */
export interface Rest {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Every operation that there is, as `GET /v1/…`; for tests to see that none is forgotten. */
  operations: readonly string[];
}

export interface RestOptions {
  /** Where the world reaches us, without a slash at its end. */
  publicUrl: string;
  /** Whose pages may call with a credential of any account. */
  own: OwnOrigins;
  addressOf: AddressOf;
  /** Of event streams; absent: as many as come. */
  seats?: ConnectionSeats;
  /** How long those of batches may take. */
  uploads?: SlowUploads;
}

export function createRest(
  app: App,
  { publicUrl, own, addressOf, seats, uploads = createSlowUploads() }: RestOptions,
): Rest {
  const api: RestApi = new OpenAPIHono<RestEnv>({
    defaultHook: (result, context) => {
      if (result.success) return undefined;
      const [issue] = result.error.issues;
      const field = issue!.path.join('.');
      return answer(
        context,
        app,
        problem('input/invalid', `${field || 'The body'}: ${wordsOf(issue!)}.`, { field }),
      );
    },
  });
  const gate: Gate = (endpoint) => async (context, next) => {
    const { incoming } = context.env;
    const { authorization } = incoming.headers;
    const who = await authenticate(app, authorization, addressOf(incoming), senderIn(incoming.headers, own));
    const charged = app.single(createMeter).charge(who, 1);
    if (charged) {
      context.header('ratelimit-policy', charged.policy);
      context.header('ratelimit', charged.standing);
    }
    context.set('who', who);
    context.set('audit', endpoint.audit ?? 'data.read');
    admit(who, endpoint, context.req.param('id'));
    await next();
  };

  const limit: MiddlewareHandler<RestEnv> = limitBody<RestEnv>(MAX_BODY_BYTES, (context) =>
    answer(context as RestContext, app, TOO_LARGE),
  );
  // That one is read as a stream, and has limits of its own.
  const limited: MiddlewareHandler<RestEnv> = (context, next) =>
    context.req.path === BATCH_PATH ? next() : limit(context, next);
  api.use('/v1/*', limited);
  addVerifications(api, app, gate);
  addBatches(api, app, gate, { seats, uploads });
  addMessages(api, app, gate);
  addEvents(api, app, gate, seats);
  addInbound(api, app, gate);
  addSubjects(api, app, gate);
  addReveal(api, app, gate);
  addConfiguration(api, app, gate);
  addAudit(api, app, gate);
  addAuditExport(api, app, gate);
  const operations = operationsOf(api);
  addDocs(api, publicUrl);

  api.onError((error, context) => answer(context, app, problemFor(app, error, context)));
  api.notFound((context) => answer(context, app, nothingAt(context)));

  const listener = getRequestListener(api.fetch, { overrideGlobalObjects: false });
  return { handle: (request, response) => listener(request, response), operations };
}

function admit(who: Principal, endpoint: Parameters<Gate>[0], id: string | undefined): void {
  if (who.kind === 'clientToken') {
    if (!endpoint.openToClientToken || who.verificationId !== id) throw new Forbidden();
    return;
  }
  const lack = lackOf(who, endpoint.permission, endpoint.name);
  if (lack) throw lack;
}

function problemFor(app: App, error: Error, context: RestContext): Problem {
  if (error instanceof DomainError) {
    noteRefused(app, error, context);
    return problemOf(error);
  }
  if (error instanceof HTTPException) {
    if (error.status === 415) return problem('request/media_type', 'Send the body as application/json.');
    if (error.status === 400) return problem('input/invalid', 'The body is no JSON.');
  }
  const id = noteUnexpected(app.log, error, context.req.routePath);
  return problem('internal/unexpected', unexpectedMessage(id), { id });
}

/** Of what is read only that it may not be: what is not there is no secret. */
function noteRefused(app: App, error: DomainError, { req, var: { who, audit } }: RestContext): void {
  // Nobody who is known: the credential is no good.
  if ((who as Principal | undefined) === undefined) return;
  if (audit === 'data.read' && ERROR_CODES[error.code] !== 403) return;
  const details = audit === 'data.read' ? { field: `${req.method} ${req.routePath}` } : undefined;
  noteRefusal(app, who, audit, error, req.param(), details);
}

/** A name that is mistyped is told; whatever else stands where a name belongs may be a code, and is not. */
function wordsOf(issue: { code: string; message: string; keys?: readonly string[] }): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  const names = issue.keys!.filter((key) => /^[a-z]{2,20}(?:[A-Z][a-z]{1,20}){0,3}$/.test(key));
  return names.length > 0 ? `there is no field ${names.join(', ')}` : 'it has a field that there is not';
}

const TOO_LARGE = problem('request/too_large', `A body has at most ${MAX_BODY_BYTES / 1024} KB.`);

function nothingAt({ req }: RestContext): Problem {
  return problem(
    'request/path',
    // What somebody wrote into the path may be a code or a number: it is not written into their logs, too.
    `There is nothing for ${req.method} at this path. /v1/docs has all that there is.`,
  );
}

function answer(context: RestContext, app: App, body: Problem): Response {
  return context.body(JSON.stringify(body), body.status as 400, {
    'cache-control': 'no-store',
    ...problemHeaders(body, app.clock()),
  });
}

function operationsOf(api: RestApi): string[] {
  return api.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? `${definition.route.method.toUpperCase()} ${definition.route.path}` : [],
  );
}
