import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import {
  ServicesDocument,
  StartVerificationDocument,
  VerificationEventsDocument,
} from '../../src/graphql/generated/graphql.ts';
import { createTestApp, createWaitingAccount, type TestApp } from '../support/app.ts';
import { createCaller, openSocket, urlOf, type Caller } from '../support/graphql.ts';
import { serveAgain } from '../support/serve-again.ts';
import { createNumbers } from '../support/verifying.ts';

const MANIFEST = 'src/graphql/generated/persisted-documents.json';
const NOT_TRUSTED = 'request/document_not_trusted';
const aNumber = createNumbers(6_930_000);
let testApp: TestApp;
let app: TestApp['app'];
let who: Principal;
let caller: Caller;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api', TRUSTED_DOCUMENTS: MANIFEST });
  app = testApp.app;
  who = await createWaitingAccount(app);
  caller = await createCaller(app, who);
});
afterAll(() => testApp[Symbol.asyncDispose]());

const idOf = (document: { __meta__?: Record<string, unknown> | undefined }) =>
  document.__meta__!.hash as string;
const SERVICES = idOf(ServicesDocument);
const HEX = SERVICES.replace('sha256:', '');

interface Answered {
  status: number;
  data?: Record<string, unknown>;
  errors?: { extensions: { code: string } }[];
}

async function send(body: unknown, accept = 'application/graphql-response+json'): Promise<Answered> {
  const response = await fetch(urlOf(app), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept,
      authorization: `Bearer ${caller.credential}`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, ...(JSON.parse(text) as object) };
}

async function get(parameters: Record<string, string>): Promise<Answered> {
  const response = await fetch(`${urlOf(app)}?${new URLSearchParams(parameters).toString()}`, {
    headers: { accept: 'application/json', authorization: `Bearer ${caller.credential}` },
  });
  return { status: response.status, ...((await response.json()) as object) };
}

const persisted = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
const outcomeOf = ({ data, errors }: Answered) => errors?.[0]?.extensions.code ?? Object.keys(data!).join();

describe('with trusted documents', () => {
  test('a registered operation is run by its id, with its variables', async () => {
    const input = { to: aNumber() };
    const started = await send({ documentId: idOf(StartVerificationDocument), variables: { input } });
    expect(started).toMatchObject({ status: 200, data: { startVerification: { status: 'PENDING' } } });
    for (const body of [
      { documentId: SERVICES },
      { documentId: HEX },
      { query: '', extensions: persisted(HEX) },
      { extensions: persisted(HEX), operationName: 'Services' },
    ])
      expect([body, outcomeOf(await send(body))]).toEqual([body, 'services']);
  });

  test.each([
    ['a text', { query: '{ services { id } }' }],
    ['a question about the schema', { query: '{ __schema { queryType { name } } }' }],
    ['the simplest of all', { query: '{ __typename }' }],
    ['an id that nobody registered', { documentId: `sha256:${'0'.repeat(64)}` }],
    ['a text beside an id', { query: '{ services { id } }', documentId: SERVICES }],
    ['a text with the hash of another', { query: '{ account { id } }', extensions: persisted(HEX) }],
    ['an id that is none', { documentId: 7 }],
    ['the name of a property', { documentId: 'constructor' }],
    ['nothing at all', {}],
    ['a hash that is none', { extensions: { persistedQuery: null } }],
  ])('%s is refused, over HTTP and SSE', async (_what, body) => {
    for (const accept of ['application/graphql-response+json', 'text/event-stream, application/json']) {
      const answer = await send(body, accept).catch((error: unknown) => String(error));
      expect(answer).toMatchObject({ status: 403, errors: [{ extensions: { code: NOT_TRUSTED } }] });
    }
  });

  test('the same holds for a GET', async () => {
    expect(outcomeOf(await get({ documentId: SERVICES }))).toBe('services');
    expect(outcomeOf(await get({ extensions: JSON.stringify(persisted(HEX)) }))).toBe('services');
    for (const parameters of [{ query: '{ services { id } }' }, { documentId: 'no' }, {}] as Record<
      string,
      string
    >[])
      expect(await get(parameters)).toMatchObject({
        status: 403,
        errors: [{ extensions: { code: NOT_TRUSTED } }],
      });
  });

  test('a subscription is opened by its id over a socket and over SSE, and by no text', async () => {
    const { data } = await send({
      documentId: idOf(StartVerificationDocument),
      variables: { input: { to: aNumber() } },
    });
    const verificationId = (data!.startVerification as { id: string }).id;
    const variables = { verificationId };
    const documentId = idOf(VerificationEventsDocument);
    await using socket = await openSocket(app, caller.credential);
    socket.send({ id: '1', type: 'subscribe', payload: { query: '', documentId, variables } });
    expect(await socket.next()).toMatchObject({ id: '1', type: 'next' });
    for (const [id, payload] of [
      { query: VerificationEventsDocument.toString(), variables },
      { query: '', documentId: `sha256:${'0'.repeat(64)}`, variables },
    ].entries()) {
      await using another = await openSocket(app, caller.credential);
      another.send({ id: String(id), type: 'subscribe', payload });
      expect(await another.next()).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: NOT_TRUSTED } }],
      });
    }

    const stop = new AbortController();
    const response = await fetch(urlOf(app), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${caller.credential}`,
      },
      body: JSON.stringify({ documentId, variables }),
      signal: stop.signal,
    });
    const reader = response.body!.getReader();
    let heard = '';
    while (!heard.includes('VerificationStarted'))
      heard += new TextDecoder().decode((await reader.read()).value);
    expect(response.status).toBe(200);
    stop.abort();
  });

  test('GraphiQL is off', async () => {
    const page = await fetch(urlOf(app), { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type') ?? '').not.toContain('text/html');
    await page.text();
  });

  test('without them a server does not know what an id is', async () => {
    await using server = await serveAgain(app);
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${caller.credential}` },
      body: JSON.stringify({ documentId: SERVICES }),
    });
    expect(response.status).toBe(400);
    await response.text();
  });
});

describe('the file of trusted documents', () => {
  async function startWith(files: Record<string, string>, path = '.'): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'otpost-trusted-'));
    try {
      for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
      const trustedDocuments = join(directory, path);
      await using server = await serveAgain(app, {}, { trustedDocuments });
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${caller.credential}` },
        body: JSON.stringify({ documentId: TYPENAME_HASH }),
      });
      return await response.text();
    } catch (error) {
      return (error as Error).message.replace(directory, 'DIR');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  const TYPENAME = '{ __typename }';
  const TYPENAME_HASH = '7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b';

  test('may be several, of the versions of a client that are about', async () => {
    const files = {
      'v1.json': JSON.stringify({ [`sha256:${TYPENAME_HASH}`]: TYPENAME }),
      'v2.json': JSON.stringify({
        ['0'.repeat(64)]: TYPENAME,
      }),
    };
    expect(await startWith({ 'v1.json': files['v1.json'], 'notes.txt': 'no JSON' })).toContain('Query');
    expect(await startWith(files)).toContain('DIR/v2.json cannot be used');
  });

  test.each([
    ['that is not there', {}, 'none.json', 'there is nothing at'],
    ['that is no JSON', { 'a.json': '{' }, 'a.json', 'it is no JSON'],
    ['that is a list', { 'a.json': '[]' }, 'a.json', 'it is no object'],
    ['without an operation', { 'a.json': '{}' }, 'a.json', 'it has no operation'],
    ['made with SHA-1', { 'a.json': `{"${'a'.repeat(40)}":"{ a }"}` }, 'a.json', "hashAlgorithm: 'sha256'"],
    ['whose directory is empty', {}, '.', 'has no .json file'],
  ])('%s stops the start, and says why', async (_what, files, path, why) => {
    expect(await startWith(files as unknown as Record<string, string>, path)).toContain(why);
  });
});
