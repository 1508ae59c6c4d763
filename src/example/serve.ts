import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerJson, pathOf, setHeaders } from '../http/answer.ts';
import { refuseBroken } from '../http/broken-requests.ts';
import { isOwnHost } from '../http/hosts.ts';
import { readJson } from '../http/read-json.ts';
import { contentPolicy, securityHeaders } from '../http/security-headers.ts';
import { urlOf } from '../http/url-of.ts';
import { createOtpost, OtpostError } from '../sdk/index.ts';
import { bundleSdk } from './bundle-sdk.ts';

export interface ExampleOptions {
  /** 0 takes a free one. */
  port: number;
  host: string;
  /** Names under which it may be asked, in lower case; addresses and localhost go without saying. */
  ownHosts: ReadonlySet<string>;
  /** Where the API is, for this server and for its page. */
  otpost: string;
  /** Stays on this server. */
  apiKey: string;
  /** Where the handsets can be looked at. */
  handsets: string;
}

export interface Example extends AsyncDisposable {
  url: string;
}

const MAX_BODY_BYTES = 4_096;
const ALWAYS = securityHeaders({ https: false });
const FILES: Readonly<Record<string, string>> = {
  '/page.css': 'text/css; charset=utf-8',
  '/page.js': 'text/javascript; charset=utf-8',
};

/**
 * An app as a customer of Otpost would write it, in two halves: this server has the key, starts and checks; its page
 * has the client token of one verification, and watches.
 * @throws when the port cannot be listened on
 */
export async function serveExample(options: ExampleOptions): Promise<Example> {
  const otpost = createOtpost({ url: options.otpost, token: options.apiKey });
  const policy = contentPolicy({
    'script-src': "'self'",
    'style-src': "'self'",
    'connect-src': `'self' ${options.otpost}`,
  });
  /** Made at the first visit: it takes as long as the rest of the start. */
  let sdk: Promise<string> | undefined;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setHeaders(response, ALWAYS);
    const { host, origin } = request.headers;
    if (!isOwnHost(host, options.ownHosts))
      return answerJson(response, 421, { message: 'This app is opened under an address or localhost.' });
    const path = pathOf(request);
    switch (`${request.method} ${path}`) {
      case 'GET /':
        response.setHeader('content-security-policy', policy);
        return send(response, 'text/html; charset=utf-8', await ownFile('/page.html'));
      case 'GET /page.css':
      case 'GET /page.js':
        return send(response, FILES[path]!, await ownFile(path));
      case 'GET /sdk.js':
        return send(response, FILES['/page.js']!, await (sdk ??= bundleSdk()));
      case 'POST /start':
      case 'POST /check': {
        // A real app knows its visitors by a session, and lets each start and check only what is theirs.
        if (origin !== undefined && URL.parse(origin)?.host !== host)
          return answerJson(response, 403, { message: 'Only the page of this app may ask that.' });
        const input = await readObject(request);
        if (!input) return answerJson(response, 400, { message: 'The body is no JSON object.' });
        return answerJson(response, 200, path === '/start' ? await start(input) : await check(input));
      }
      default:
        return answerJson(response, 404, { message: 'There is nothing here.' });
    }
  }

  async function start({ to }: Record<string, unknown>) {
    const number = textOf(to).toWellFormed();
    const { id, to: e164, clientToken, expiresAt } = await otpost.start(number);
    // The number as Otpost understood it: people type spaces, and leave their country out.
    const handsets = `${options.handsets}/handsets/${encodeURIComponent(e164)}`;
    return { verificationId: id, to: number, clientToken, expiresAt, handsets, otpost: options.otpost };
  }

  async function check({ verificationId, code }: Record<string, unknown>) {
    const { status } = await otpost.check(textOf(verificationId), textOf(code));
    return { status };
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      if (!(error instanceof OtpostError))
        return answerJson(response, 500, { message: 'The example failed.' });
      answerJson(response, 422, { code: error.code, message: error.message });
    });
  });
  refuseBroken(server, ALWAYS, () => false);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    url: urlOf(server, options.host),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function ownFile(path: string): Promise<string> {
  return readFile(new URL(`.${path}`, import.meta.url), 'utf8');
}

function send(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
}

async function readObject(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const read = await readJson(request, MAX_BODY_BYTES);
  if (typeof read === 'string') return undefined;
  const { value } = read;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
