import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { challengeOf } from '../../accounts/challenge.ts';
import type { Principal } from '../../accounts/principal.ts';
import { noteRefusal } from '../../audit/note-refusal.ts';
import { DomainError, ERROR_CODES } from '../../errors.ts';
import type { AddressOf } from '../../http/client-address.ts';
import type { OwnPages } from '../../http/cross-site.ts';
import { senderIn } from '../../people/presented.ts';
import type { App } from '../../platform.ts';
import { createMeter } from '../../rates/meter.ts';
import { noteUnexpected, unexpectedMessage } from '../../unexpected.ts';
import { otherMethods } from '../allowed-methods.ts';
import { sendText } from '../send.ts';
import { authenticateCaller } from './credentials.ts';
import type { Gate, OperationNeeds, TwilioContext, TwilioEnv } from './endpoint.ts';
import { addEntities } from './entities.ts';
import { addFactors } from './factors.ts';
import { faultOf, NOT_SO, pageOf, Refusal, retrySeconds, type Fault } from './fault.ts';
import { addAttempts } from './attempts.ts';
import { addBuckets } from './buckets.ts';
import { addChallenges } from './challenges.ts';
import { addCheck } from './checks.ts';
import { addRateLimits } from './rate-limits.ts';
import { addSafeList } from './safe-list.ts';
import { addServices } from './services.ts';
import { addVerifications } from './verifications.ts';
import { idsOfSids } from './sids.ts';
import { tellMode } from './tell-mode.ts';

/** Twilio Verify v2 under `/v2`, as far as docs/twilio.md says: the same verbs as GraphQL, for clients of Twilio. */
export interface TwilioDoor {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  operations: readonly OperationNeeds[];
}

export interface TwilioDoorOptions {
  /** Where the world reaches us, without a slash at its end. */
  publicUrl: string;
  /** Whose pages may call with a credential of any account. */
  own: OwnPages;
  addressOf: AddressOf;
}

export function createTwilioDoor(app: App, { publicUrl, own, addressOf }: TwilioDoorOptions): TwilioDoor {
  const api = new Hono<TwilioEnv>();
  const publicHost = URL.canParse(publicUrl) ? new URL(publicUrl).host : '';
  const gate: Gate = {
    app,
    async admit(context) {
      const { incoming, outgoing } = context.env;
      const { authorization } = incoming.headers;
      const sender = senderIn(incoming.headers, own);
      const who = await authenticateCaller(app, authorization, addressOf(incoming), sender);
      tellMode(outgoing, who);
      const charged = app.single(createMeter).charge(who, 1);
      if (charged) {
        outgoing.setHeader('ratelimit-policy', charged.policy);
        outgoing.setHeader('ratelimit', charged.standing);
      }
      return who;
    },
    // Clients follow these addresses: where they came from they come to, whatever the world calls us.
    site({ env: { incoming } }) {
      const { host } = incoming.headers;
      return host === undefined || host === publicHost ? publicUrl : `http://${host}`;
    },
    operations: [],
  };

  addServices(api, gate);
  addVerifications(api, gate);
  addCheck(api, gate);
  addRateLimits(api, gate);
  addBuckets(api, gate);
  addAttempts(api, gate);
  addSafeList(api, gate);
  addEntities(api, gate);
  addFactors(api, gate);
  addChallenges(api, gate);

  api.notFound((context) => {
    const allowed = otherMethods(api, context.req.method, context.req.path);
    return allowed.length === 0
      ? answer(context, NOTHING_HERE)
      : answer(context, new Refusal(...NOT_SO).fault, { allow: allowed.join(', ') });
  });
  api.onError((error, context) => {
    if (error instanceof Refusal) {
      if (error.cause instanceof DomainError) noteRefused(app, error.cause, context);
      return answer(context, error.fault, headersOf(app, error.cause));
    }
    if (error instanceof DomainError) {
      noteRefused(app, error, context);
      return answer(context, faultOf(error), headersOf(app, error));
    }
    const message = unexpectedMessage(noteUnexpected(app.log, error, context.req.routePath));
    return answer(context, { status: 500, code: 20500, message, more_info: pageOf(20500) });
  });

  const listener = getRequestListener(api.fetch, {
    overrideGlobalObjects: false,
    // HTTP/1.0 need not say one.
    hostname: 'localhost',
  });
  return { handle: (request, response) => listener(request, response), operations: gate.operations };
}

const NOTHING_HERE = new Refusal(404, 20404, 'The requested resource was not found').fault;

/** What a client can act on without reading the body. */
function headersOf(app: App, error: unknown): Record<string, string> {
  if (!(error instanceof DomainError)) return {};
  // Not Basic: a browser would ask its user for a name and a password, and send them along from then on.
  const challenge = challengeOf(error);
  const seconds = retrySeconds(error, app.clock());
  return {
    ...(challenge !== undefined && { 'www-authenticate': challenge }),
    ...(seconds !== undefined && { 'retry-after': String(seconds) }),
  };
}

function answer({ env }: TwilioContext, fault: Fault, headers: Record<string, string> = {}): Response {
  return sendText(env.outgoing, fault.status, JSON.stringify(fault), {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    ...headers,
  });
}

/** Of what is read only that it may not be: what is not there is no secret. */
function noteRefused(app: App, error: DomainError, { req, var: { who, audit, asked } }: TwilioContext): void {
  // Nobody who is known: the credential is no good.
  if ((who as Principal | undefined) === undefined) return;
  if (audit === 'data.read' && ERROR_CODES[error.code] !== 403) return;
  const details = audit === 'data.read' ? { field: `${req.method} ${req.routePath}` } : undefined;
  noteRefusal(app, who, audit, error, idsOfSids(Object.values(asked).flat()), details);
}
