import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { callbackOfPath } from '../carriers/http/callback-url.ts';
import { answerJson, answerText, hangUp, pathOf, redirect, setHeaders } from '../http/answer.ts';
import type { AddressOf } from '../http/client-address.ts';
import { refuseBroken } from '../http/broken-requests.ts';
import { isHost, isOwnHost } from '../http/hosts.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { SECURITY_TXT_PATH, securityTxt } from '../http/security-txt.ts';
import { createSlowUploads, UPLOAD_LIMITS } from '../http/slow-uploads.ts';
import { urlOf } from '../http/url-of.ts';
import type { App } from '../platform.ts';
import { answerCallback } from '../rest/callback.ts';
import { createErrorPages } from '../rest/error-pages.ts';
import { answerJoinPage } from '../rest/join-page.ts';
import { answerOAuth } from '../rest/oauth.ts';
import { createConnectionSeats } from '../rates/seats.ts';
import { createRest } from '../rest/v1/api.ts';
import { createTwilioDoor } from '../rest/twilio/api.ts';
import { createPeopleDoor } from '../rest/people.ts';
import { createEngine, GRAPHQL_PATH } from './engine.ts';
import { answerPreflight, createCors } from './cors.ts';
import { answerGraphiql, asksForPage } from './graphiql.ts';
import { LIMITS } from './limits.ts';
import { refusesMethod } from './page-methods.ts';
import { formOf, isPeoplePath } from './paths.ts';
import { loadTrustedDocuments } from './load-trusted-documents.ts';
import { answerReady } from './ready.ts';
import { createGraphqlSockets, type WebSocketOptions } from './websocket.ts';

export interface ServerOptions {
  /** 0 takes a free one. */
  port: number;
  host: string;
  /** Where the world reaches us, without a slash at its end. */
  publicUrl: string;
  graphiql: boolean;
  introspection: boolean;
  /** A file or directory with the only operations that are run; undefined: any is. */
  trustedDocuments?: string | undefined;
  /** Browser origins that may call; undefined allows all, but with a key or token: cookies count for our own pages only. */
  allowedOrigins: readonly string[] | undefined;
  /** Names under which our pages are opened, in lower case; addresses and localhost go without saying. */
  ownHosts: ReadonlySet<string>;
  addressOf: AddressOf;
  /** A URI, for security.txt. */
  securityContact: string | undefined;
  maxConnections: number;
  /** WebSockets and event streams at a time. */
  maxSocketsPerAddress: number;
  maxSocketsPerAccount: number;
  /** How long requests under way may take when the server stops. Milliseconds. */
  drainMs: number;
  /** How long a client may take to send a request whole. Milliseconds; default 30 s. */
  requestMs?: number;
  /** How long the body of a batch may take, as long as something of it comes within `requestMs`. Milliseconds; default 10 min. */
  uploadMs?: number;
  /** Put into the tabs of GraphiQL. */
  demoApiKey?: string | undefined;
  sockets?: Partial<Pick<WebSocketOptions, 'pingMs' | 'initMs'>>;
}

/** A listening API. Disposing it finishes what is under way and sends sockets away with 1012. */
export interface ApiServer extends AsyncDisposable {
  url: string;
}

// Longer than the idle time of the usual load balancer (60 s), which must be the first to hang up.
const KEEP_ALIVE_MS = 65_000;
// 100 KB over the slowest of mobile links. Node's own 300 s let a client that sends a byte now and then stay.
const REQUEST_MS = 30_000;
const PING_MS = 12_000;
const INIT_MS = 5_000;

/**
 * Serves `/graphql` (HTTP, server-sent events, WebSocket, GraphiQL), REST under `/v1`, clients of Twilio under `/v2`,
 * the callbacks of carriers, OAuth, `/health` and `/ready`.
 * @throws {Error} with `code` EADDRINUSE and its kin when it cannot listen
 */
export async function serveApi(app: App, options: ServerOptions): Promise<ApiServer> {
  const { graphiql, introspection, trustedDocuments, demoApiKey, addressOf, publicUrl } = options;
  const own = { publicUrl, allowed: options.allowedOrigins, hosts: options.ownHosts };
  const trusted = trustedDocuments === undefined ? undefined : await loadTrustedDocuments(trustedDocuments);
  const seats = createConnectionSeats({
    perAddress: options.maxSocketsPerAddress,
    perAccount: options.maxSocketsPerAccount,
  });
  const engine = createEngine(app, { own, introspection, trusted, addressOf, seats });
  const always = securityHeaders({ https: publicUrl.startsWith('https:') });
  const people = createPeopleDoor(app, { own, addressOf });
  const sockets = createGraphqlSockets(app, {
    addressOf,
    getEnveloped: engine.getEnveloped,
    mask: engine.mask,
    refuse: engine.refuse,
    trusted,
    own,
    always,
    seats,
    pingMs: options.sockets?.pingMs ?? PING_MS,
    initMs: options.sockets?.initMs ?? INIT_MS,
  });
  const requestMs = options.requestMs ?? REQUEST_MS;
  const uploads = createSlowUploads({
    idleMs: requestMs,
    totalMs: options.uploadMs ?? UPLOAD_LIMITS.totalMs,
  });
  const rest = createRest(app, { publicUrl, own, addressOf, seats, uploads });
  const twilio = createTwilioDoor(app, { publicUrl, own, addressOf });
  const errorPages = createErrorPages();
  const cors = createCors(app, options.allowedOrigins);
  const underWay = new Set<ServerResponse>();
  let stopping = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setHeaders(response, always);
    const { host } = request.headers;
    if (!isHost(host, request.httpVersion))
      return answerJson(response, 400, { error: 'The Host header is no host.' });
    const path = pathOf(request);
    // Here, so that no page of another origin may read the one of GraphiQL: in development it holds a key.
    if (graphiql && path === GRAPHQL_PATH && asksForPage(request))
      return isOwnHost(host, options.ownHosts) ? answerGraphiql(response, demoApiKey) : wrongHost(response);
    await cors.allow(request, response);
    const form = formOf(path);
    if (form && refusesMethod(form, request.method, response)) return;
    if (isPeoplePath(form))
      return request.method === 'OPTIONS'
        ? answerPreflight(response)
        : people.answer(form, request, response);
    switch (form) {
      case GRAPHQL_PATH:
        if (request.method === 'OPTIONS') return answerPreflight(response);
        response.setHeader('cache-control', 'no-store');
        return engine.handle(request, response);
      case '/carriers/{id}/receipts':
      case '/carriers/{id}/inbound': {
        const calling = callbackOfPath(path);
        return calling ? answerCallback(app, calling, request, response) : nothingHere(response);
      }
      case '/v1/{rest}':
        if (request.method === 'OPTIONS') return answerPreflight(response);
        return rest.handle(request, response);
      case '/v2/{rest}':
        return twilio.handle(request, response);
      case SECURITY_TXT_PATH:
        return answerText(response, securityTxt(options.securityContact, publicUrl, app.clock()));
      case '/oauth/token':
      case '/oauth/introspect':
      case '/oauth/revoke':
      case '/.well-known/oauth-authorization-server':
      case '/.well-known/oauth-protected-resource':
      case '/oauth/jwks':
        return answerOAuth(app, form, addressOf(request), request, response);
      case '/join':
        return answerJoinPage(response);
      case '/errors':
      case '/errors/{rest}':
        return void ((await errorPages.answer(path, response)) || nothingHere(response));
      case '/health':
        return answerJson(response, 200, { status: 'ok' });
      case '/ready':
        return answerReady(app, stopping, response);
      case '/':
        return graphiql ? redirect(response, GRAPHQL_PATH) : nothingHere(response);
      case undefined:
        return nothingHere(response);
      default:
        throw new Error(`unhandled path: ${form satisfies never}`);
    }
  }

  const patience = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: requestMs,
    headersTimeout: requestMs,
    connectionsCheckingInterval: requestMs / 4,
    maxHeaderSize: LIMITS.headerBytes,
    // It is looked at here: Node's own refusal says nothing else.
    requireHostHeader: false,
    // Of two hosts or credentials Node takes the first, and a proxy in front perhaps the other one: together they are none.
    joinDuplicateHeaders: true,
    // Clients that would rather speak HTTP/2 offer it with their first request, and are answered in what they speak.
    shouldUpgradeCallback: ({ headers: { upgrade = '' } }: IncomingMessage) => /^websocket$/i.test(upgrade),
  };
  const http = createServer(patience, (request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    answer(request, response).catch((error: unknown) => {
      // Not the path itself: some have a number in them.
      app.log.error({ err: error, path: formOf(pathOf(request)) }, 'request');
      response.destroy();
    });
  });
  // Node leaves out what is beyond its count, and a proxy's word on where a request came from stands last.
  http.maxHeadersCount = 0;
  http.maxConnections = options.maxConnections;
  // An upload is held to times of its own.
  refuseBroken(http, always, uploads.has);
  http.on('upgrade', (request, socket, head) => {
    const refused = refuseUpgrade(request, stopping);
    if (refused) return hangUp(socket, refused, always);
    if (cors.mayAlways(request)) return sockets.upgrade(request, socket, head);
    const gone = () => socket.destroy();
    socket.once('error', gone);
    cors.may(request).then((may) => {
      socket.off('error', gone);
      if (!may || stopping) return hangUp(socket, may ? '503 Service Unavailable' : '403 Forbidden', always);
      sockets.upgrade(request, socket, head);
    }, gone);
  });
  http.listen(options.port, options.host);
  await once(http, 'listening');

  return {
    url: urlOf(http, options.host),
    async [Symbol.asyncDispose]() {
      stopping = true;
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      // An event stream has no end to wait for: cut off, its client comes back.
      for (const response of underWay) if (isEventStream(response)) response.destroy();
      const late = setTimeout(() => http.closeAllConnections(), options.drainMs);
      await Promise.all([closed, sockets.close()]);
      clearTimeout(late);
    },
  };
}

function refuseUpgrade(request: IncomingMessage, stopping: boolean): string | undefined {
  if (stopping) return '503 Service Unavailable';
  if (!isHost(request.headers.host, request.httpVersion)) return '400 Bad Request';
  return pathOf(request) === GRAPHQL_PATH ? undefined : '404 Not Found';
}

function nothingHere(response: ServerResponse): void {
  answerJson(response, 404, { error: `There is nothing here. The API is at ${GRAPHQL_PATH}.` });
}

/** To a name that somebody else has pointed at our address, perhaps. */
function wrongHost(response: ServerResponse): void {
  const error = 'This page is opened under an address, localhost, or a name in ALLOWED_HOSTS or PUBLIC_URL.';
  answerJson(response, 421, { error });
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream');
}
