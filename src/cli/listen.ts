import { createHash, createHmac } from 'node:crypto';
import { WebhookRequestsDocument, type WebhookRequestsSubscription } from '../graphql/generated/graphql.ts';
import { HttpClient } from '../outgoing/http/client.ts';
import { splitUrl, urlProblem } from '../outgoing/http/url.ts';
import { pause, waitMs } from '../sdk/backoff.ts';
import type { EventName } from '../webhooks/catalog.ts';
import { webhookRequest } from '../webhooks/request.ts';
import { writeSecret } from '../webhooks/signature.ts';
import type { Session } from './connect.ts';
import { usage, type ExitCode } from './exit.ts';
import { followAccount, type FollowOptions } from './follow.ts';
import { labelOf, timeOfDay } from './output.ts';

export interface ListenOptions extends FollowOptions {
  /** As it was typed: `localhost:3000/hook`. */
  forwardTo: string;
  /** Only these. */
  events?: readonly EventName[] | undefined;
}

type Request = WebhookRequestsSubscription['webhookRequests'];

/** As long as a real endpoint has. */
const TIMEOUT_MS = 15_000;
const SECRET_FORM = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/**
 * Forwards the account's webhooks to an address of the developer, as an endpoint gets them: signed, the body to the
 * octet, one after the other. What could not be delivered because nothing listens there waits until something does;
 * any answer counts, as there is somebody who sees it.
 * @throws {Failure | OtpostError}
 */
export async function listen(
  session: Session,
  { forwardTo, events, ...rest }: ListenOptions,
): Promise<ExitCode> {
  const { output, transport, settings, env, interrupts } = session;
  const url = readTarget(forwardTo);
  const secret = secretOf(settings.apiKey, env.OTPOST_WEBHOOK_SECRET);
  const { origin, target } = splitUrl(url);
  const client = new HttpClient({
    origin,
    // It is the developer's own machine that calls, and the developer says where.
    networks: { includes: () => true },
    ca: undefined,
    connections: 1,
    timeoutMs: TIMEOUT_MS,
  });

  async function forward(request: Request): Promise<boolean> {
    if (events && !(events as readonly string[]).includes(request.name)) return false;
    const id = idOf(request);
    for (let tries = 1; ; tries++) {
      const from = performance.now();
      const sent = webhookRequest([secret], id, Date.now(), request.body);
      const exchange = await client.exchange({ method: 'POST', target, ...sent });
      const ms = Math.round(performance.now() - from);
      const { name: event, mode, verificationId } = request;
      const about = { event, mode, verificationId, webhookId: id };
      if (exchange.kind === 'none' && !exchange.written) {
        const waiting = { type: 'waiting', ...about, attempt: tries, problem: exchange.reason };
        const text = `${url}: ${exchange.reason}. Events wait until it is there.`;
        if (tries === 1) output.result(waiting, output.paint('yellow', text));
        await pause(waitMs(Math.min(tries, 5), Math.random()), interrupts.signal);
        continue;
      }
      const answered = exchange.kind === 'answer' ? exchange.answer.status : undefined;
      const problem = exchange.kind === 'none' ? exchange.reason : undefined;
      const told = {
        type: 'forwarded',
        ...about,
        cursor: request.cursor,
        status: answered ?? null,
        ms,
        problem,
      };
      output.result(told, describe(session, request, answered, problem, ms));
      return true;
    }
  }

  try {
    return await followAccount(session, rest, {
      begin: (after) =>
        output.result(
          { type: 'listening', forwardTo: url, secret, after },
          `Forwarding what happens at ${settings.url} to ${url}\nSigning secret: ${secret}`,
        ),
      async *open(after, signal) {
        for await (const { webhookRequests } of transport.stream(WebhookRequestsDocument, { after }, signal))
          yield webhookRequests;
      },
      take: forward,
    });
  } finally {
    client.close();
  }
}

/** @throws {Failure} */
function readTarget(text: string): string {
  const url = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  const problem = urlProblem(url);
  if (problem !== undefined)
    throw usage(`--forward-to ${JSON.stringify(text)}: ${problem}. Such as localhost:3000/hook.`);
  return url;
}

/** Of the same key always the same, so that it is put into an app once; nobody learns the key from it. */
function secretOf(apiKey: string, own: string | undefined): string {
  if (own === undefined || own === '')
    return writeSecret(createHmac('sha256', apiKey).update('otpost listen').digest());
  if (!SECRET_FORM.test(own))
    throw usage('OTPOST_WEBHOOK_SECRET is not a secret of a webhook: whsec_ and 24 to 64 octets in base64.');
  return own;
}

/** The same for the same event, however often it is forwarded. */
function idOf({ cursor }: Request): string {
  return `whd_${createHash('sha256').update(`otpost listen ${cursor}`).digest('hex').slice(0, 32)}`;
}

function describe(
  { output }: Session,
  request: Request,
  status: number | undefined,
  problem: string | undefined,
  ms: number,
): string {
  const isGood = status !== undefined && status >= 200 && status < 300;
  return [
    output.paint('dim', timeOfDay(Date.now())),
    request.name.padEnd(28),
    request.verificationId,
    output.paint(isGood ? 'green' : 'red', status === undefined ? problem! : String(status)),
    `${ms} ms${labelOf(request.mode)}`,
  ].join('  ');
}
