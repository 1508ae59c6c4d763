import { getRequestListener } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate } from '../../accounts/authenticate.ts';
import { Forbidden } from '../../accounts/errors.ts';
import { lackOf } from '../../accounts/lack.ts';
import type { Principal } from '../../accounts/principal.ts';
import { noteRefusal } from '../../audit/note-refusal.ts';
import { DomainError, ERROR_CODES } from '../../errors.ts';
import type { AddressOf } from '../../http/client-address.ts';
import { createSlowUploads, type SlowUploads } from '../../http/slow-uploads.ts';
import type { OwnPages } from '../../http/cross-site.ts';
import { senderIn } from '../../people/presented.ts';
import type { App } from '../../platform.ts';
import type { ConnectionSeats } from '../../rates/seats.ts';
import { createMeter } from '../../rates/meter.ts';
import { noteUnexpected, unexpectedMessage } from '../../unexpected.ts';
import { otherMethods } from '../allowed-methods.ts';
import { addAudit } from './audit.ts';
import { addAuditExport } from './audit-export.ts';
import { addBatches } from './batches.ts';
import { addConfiguration } from './configuration.ts';
import { addDocs } from './docs.ts';
import type { Gate, RestApi, RestContext, RestEnv } from './endpoint.ts';
import { addEvents } from './events.ts';
import { addInbound } from './inbound.ts';
import { addMessages } from './messages.ts';
import { addReveal } from './reveal.ts';
import { problem, problemOf, type Problem } from './problem.ts';
import { Malformed } from './read-parts.ts';
import { sendProblem } from './send-problem.ts';
import { addSubjects } from './subjects.ts';
import { addVerifications } from './verifications.ts';

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
  own: OwnPages;
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
  const api: RestApi = new OpenAPIHono<RestEnv>();
  const gate: Gate = async (endpoint, context) => {
    const { incoming, outgoing } = context.env;
    const { authorization } = incoming.headers;
    const who = await authenticate(app, authorization, addressOf(incoming), senderIn(incoming.headers, own));
    const charged = app.single(createMeter).charge(who, 1);
    if (charged) {
      outgoing.setHeader('ratelimit-policy', charged.policy);
      outgoing.setHeader('ratelimit', charged.standing);
    }
    context.set('who', who);
    context.set('audit', endpoint.audit ?? 'data.read');
    admit(who, endpoint, context.req.param('id'));
    return who;
  };

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

  api.onError((error, context) => sendProblem(context, app, problemFor(app, error, context)));
  api.notFound((context) => {
    const allowed = otherMethods(api, context.req.method, context.req.path);
    if (allowed.length === 0) return sendProblem(context, app, nothingAt(app, context));
    context.env.outgoing.setHeader('allow', allowed.join(', '));
    return sendProblem(context, app, notSo(app, context, allowed));
  });

  const listener = getRequestListener(api.fetch, {
    overrideGlobalObjects: false,
    // HTTP/1.0 need not say one.
    hostname: 'localhost',
  });
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
    return problemOf(app, error);
  }
  if (error instanceof Malformed) {
    const { code, message, field } = error;
    return problem(app, code, message, field === undefined ? {} : { field });
  }
  const id = noteUnexpected(app.log, error, context.req.routePath);
  return problem(app, 'internal/unexpected', unexpectedMessage(id), { id });
}

/** Of what is read only that it may not be: what is not there is no secret. */
function noteRefused(app: App, error: DomainError, { req, var: { who, audit } }: RestContext): void {
  // Nobody who is known: the credential is no good.
  if ((who as Principal | undefined) === undefined) return;
  if (audit === 'data.read' && ERROR_CODES[error.code] !== 403) return;
  const details = audit === 'data.read' ? { field: `${req.method} ${req.routePath}` } : undefined;
  noteRefusal(app, who, audit, error, req.param(), details);
}

function nothingAt(app: App, { req }: RestContext): Problem {
  return problem(
    app,
    'request/path',
    // What somebody wrote into the path may be a code or a number: it is not written into their logs, too.
    `There is nothing for ${req.method} at this path. /v1/docs has all that there is.`,
  );
}

function notSo(app: App, { req }: RestContext, allowed: readonly string[]): Problem {
  const detail = `This path is not asked by ${req.method}, but by ${allowed.join(', ')}.`;
  return problem(app, 'request/method', detail, { allowed });
}

function operationsOf(api: RestApi): string[] {
  return api.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? `${definition.route.method.toUpperCase()} ${definition.route.path}` : [],
  );
}
