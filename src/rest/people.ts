import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { docUrl, DomainError, InvalidInput, WrongMediaType } from '../errors.ts';
import type { PeoplePath } from '../graphql/paths.ts';
import type { AddressOf } from '../http/client-address.ts';
import { isOwnOrigin, type OwnPages } from '../http/cross-site.ts';
import { readBody } from '../http/read-body.ts';
import { ForeignOrigin } from '../people/errors.ts';
import { noteRefusedOf, type SaidToBe } from '../people/note-refused.ts';
import { presentedSessionIn, type PresentedSession } from '../people/presented.ts';
import { writeBearerSession } from '../people/session-token.ts';
import { ADDRESS_HEADER } from '../people/sign-in/address-header.ts';
import { readRefusal, toRefusal } from '../people/sign-in/refusals.ts';
import { answerInvitation } from './invitations.ts';
import { REFUSED_AT } from './people-actions.ts';
import { parseJson } from '../parse-json.ts';
import type { App } from '../platform.ts';
import { noteUnexpected, unexpectedMessage } from '../unexpected.ts';

// The proof of a passkey is the longest of what comes here.
const MAX_BODY_BYTES = 32 * 1024;

interface Answered {
  status: number;
  body: unknown;
  headers?: Headers;
}

/** The ways of people in and out, below `/auth`. */
export interface PeopleDoor {
  answer(path: PeoplePath, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface PeopleDoorOptions {
  /** Whose pages may call it from a browser. */
  own: OwnPages;
  addressOf: AddressOf;
}

export function createPeopleDoor(app: App, { own, addressOf }: PeopleDoorOptions): PeopleDoor {
  let loading: Promise<(request: Request) => Promise<Response>> | undefined;
  // At the first call: with its library it takes 48 MB and a fifth of a second, and a worker never needs it.
  const load = () =>
    (loading ??= import('../people/sign-in/auth.ts').then(({ createAuth }) => createAuth(app).handler));

  async function ask(path: PeoplePath, request: IncomingMessage): Promise<Answered | undefined> {
    const { headers, method = 'GET' } = request;
    if (headers.origin !== undefined && !isOwnOrigin(headers.origin, headers.host, own))
      throw new ForeignOrigin();
    const session = presentedSessionIn(headers, own);
    let body: string | undefined;
    if (method === 'POST') {
      if (!/^application\/json *(?:;|$)/i.test(headers['content-type'] ?? '')) throw new WrongMediaType();
      const read = await readBody(request, MAX_BODY_BYTES);
      if (read === 'cut') return undefined;
      if (read === 'tooLarge')
        throw new InvalidInput('body', `The body has at most ${MAX_BODY_BYTES / 1024} KB.`);
      body = read.toString();
    }
    const address = addressOf(request);
    if (path === '/auth/invitation' || path === '/auth/accept-invitation')
      return answerInvitation(app, path, method === 'POST' ? body : undefined, {
        sessionToken: session.token,
        address,
      });
    const handle = await load();
    const url = new URL(path, own.publicUrl);
    url.search = new URL(request.url ?? '/', 'http://localhost').search;
    const answer = await handle(
      new Request(url, {
        method,
        headers: headersFor(headers, session, address),
        ...(body !== undefined && { body: body === '' ? '{}' : body }),
      }),
    );
    const content: unknown = await answer.json().catch(() => null);
    if (answer.status < 400) return { status: answer.status, body: content, headers: answer.headers };
    const refusal = readRefusal(own.publicUrl, answer.status, content);
    const action = REFUSED_AT[path];
    const said = saidIn(path, body, session.token);
    if (action && said)
      await noteRefusedOf(app, said, { action, outcome: refusal.body.code, address: address ?? null });
    return { ...refusal, headers: answer.headers };
  }

  return {
    async answer(path, request, response) {
      try {
        const answer = await ask(path, request);
        if (answer === undefined) return void response.destroy();
        for (const cookie of lastOfEach(answer.headers?.getSetCookie() ?? []))
          response.appendHeader('set-cookie', cookie);
        const retryAfter = answer.headers?.get('retry-after');
        if (retryAfter) response.setHeader('retry-after', retryAfter);
        send(response, answer.status, answer.body);
      } catch (error) {
        if (error instanceof DomainError) {
          const { status, body } = toRefusal(own.publicUrl, error);
          return send(response, status, body);
        }
        const id = noteUnexpected(app.log, error, path);
        const code = 'internal/unexpected';
        send(response, 500, {
          code,
          message: unexpectedMessage(id),
          docUrl: docUrl(own.publicUrl, code),
          id,
        });
      }
    },
  };
}

/** Who somebody says they are: by the address that they sign in with, or by a session of theirs. */
function saidIn(path: PeoplePath, body: string | undefined, token: string | undefined): SaidToBe | undefined {
  if (path !== '/auth/sign-in/email') return token === undefined ? undefined : { token };
  const email = (parseJson(body ?? '') as { email?: unknown } | null | undefined)?.email;
  return typeof email === 'string' ? { email } : undefined;
}

/** Of two that set one cookie the last one holds: what was set first, and taken back, is nobody's business. */
function lastOfEach(cookies: readonly string[]): Iterable<string> {
  return new Map(cookies.map((cookie) => [cookie.split('=', 1)[0], cookie])).values();
}

/** Only what is meant for it goes through, and a session in the one form that can be read in one way. */
function headersFor(
  headers: IncomingHttpHeaders,
  { token, cookies }: PresentedSession,
  address: string | undefined,
): Headers {
  const passed = new Headers();
  const pass = (name: string, value: string | undefined) => {
    if (value !== undefined) passed.set(name, value);
  };
  pass('content-type', headers['content-type']);
  pass('origin', headers.origin);
  pass('sec-fetch-site', headers['sec-fetch-site']);
  pass('authorization', token && writeBearerSession(token));
  pass('cookie', cookies);
  pass(ADDRESS_HEADER, address);
  return passed;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${JSON.stringify(body)}\n`);
}
