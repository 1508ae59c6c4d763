import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/graphql/limits.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCaller, openSocket, urlOf, type Caller, type RawSocket } from '../support/graphql.ts';

let testApp: TestApp;
let app: TestApp['app'];
let caller: Caller;
let socket: RawSocket;

beforeAll(async () => {
  testApp = await createTestApp({ ROLES: 'api' });
  app = testApp.app;
  caller = await createCaller(app, await createTestAccount(app));
  socket = await openSocket(app, caller.credential);
});
afterAll(async () => {
  await socket[Symbol.asyncDispose]();
  await testApp[Symbol.asyncDispose]();
});

/** The codes with which an operation is refused. */
type Ways = Readonly<Record<string, (query: string, variables?: object) => Promise<unknown[]>>>;
const codesIn = (errors: unknown): unknown[] =>
  ((errors ?? []) as { extensions?: { code?: unknown } }[]).map(({ extensions }) => extensions?.code);

let lastId = 0;
const WAYS: Ways = {
  'over HTTP': async (query, variables) => codesIn((await caller.ask(query, variables as never)).errors),
  'by GET': async (query, variables = {}) => {
    const url = `${urlOf(app)}?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(JSON.stringify(variables))}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${caller.credential}` } });
    return codesIn(((await response.json()) as { errors?: unknown }).errors);
  },
  'over server-sent events': async (query, variables) => {
    const headers = {
      ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
      authorization: `Bearer ${caller.credential}`,
    };
    const sent = request(urlOf(app), { method: 'POST', headers });
    sent.end(JSON.stringify({ query, variables }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
    const [, data] = /^data: (.+)$/m.exec(text) ?? [];
    return codesIn((JSON.parse(data ?? text) as { errors?: unknown }).errors);
  },
  'over WebSocket': async (query, variables) => {
    const id = String(++lastId);
    socket.send({ id, type: 'subscribe', payload: { query, variables } });
    const { type, payload } = await socket.next();
    if (type === 'error') return codesIn(payload);
    await socket.next();
    return codesIn((payload as { errors?: unknown }).errors);
  },
};

const check = (name: string) =>
  `${name}: checkVerification(input: { verificationId: "v", code: "1" }) { __typename }`;
const deep = (levels: number) =>
  `{ verification(id: "x") { ${'messages(first: 1) { nodes { '.repeat(levels)} id ${'} }'.repeat(levels)} } }`;
const REFUSED: Readonly<Record<string, string>> = {
  'too many tokens': `{ ${'__typename '.repeat(LIMITS.tokens)} }`,
  'too deep a question': deep(10),
  'too deep a question behind fragments': `{ ...A } fragment A on Query { verification(id: "x") { ...B } } fragment B on Verification { ${deep(10).slice(31, -3)} }`,
  'too many aliases': `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: account { id }`).join(' ')} }`,
  'too many aliases in fragments': `{ ...A ...B } fragment A on Query { ${Array.from({ length: 16 }, (_, i) => `a${i}: account { id }`).join(' ')} } fragment B on Query { ${Array.from({ length: 16 }, (_, i) => `b${i}: account { id }`).join(' ')} }`,
  'too many directives': `{ account { id ${'@include(if: true) '.repeat(21)} } }`,
  'a bomb of fragments': `{ ...F0 } ${Array.from({ length: 20 }, (_, i) => `fragment F${i} on Query { a${i}: __typename ...F${i + 1} ...F${i + 1} }`).join(' ')} fragment F20 on Query { account { id } }`,
  'a circle of fragments': `{ ...F0 } ${Array.from({ length: 90 }, (_, i) => `fragment F${i} on Query { ...F${(i + 1) % 90} account { id } }`).join(' ')}`,
  'fragments that nothing uses': `{ account { id } } fragment U on Query { ${'verifications(first: 1) { nodes { id } } '.repeat(70)} }`,
  'the same field again and again': `{ ${'verifications(first: 1) { nodes { id } } '.repeat(80)} }`,
  'the same field in fragment after fragment': `{ ${Array.from({ length: 60 }, (_, i) => `...F${i}`).join(' ')} } ${Array.from({ length: 60 }, (_, i) => `fragment F${i} on Query { account { id } }`).join(' ')}`,
  'lists in lists': `mutation { setResidency(input: { residency: ${'['.repeat(200)}${']'.repeat(200)} }) { __typename } }`,
  'too costly pages':
    '{ verifications(first: 100) { nodes { messages(first: 100) { nodes { attempts { decision { route { id } } } } } } } }',
  'pages of a nonsensical size':
    '{ verifications(first: 2147483647) { nodes { messages(first: 2147483647) { nodes { attempts { decision { route { id } } } } } } } }',
  'lists in lists without pages':
    '{ carriers { alarms { route { carrier { alarms { route { carrier { alarms { route { carrier { alarms { route { carrier { id } } } } } } } } } } } } } }',
  'introspection that goes round in circles': `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} }'.repeat(6)} } } }`,
  'introspection that goes round in fragments':
    '{ __schema { types { ...T } } } fragment T on __Type { fields { type { ...U } } } fragment U on __Type { fields { type { fields { type { name } } } } }',
  'aliases in a question about the schema':
    '{ __schema { types { a: fields { name } b: fields { name } } } }',
  'a check twice': `mutation { ${check('a')} ${check('b')} }`,
  'a check twice behind fragments': `mutation { ...A ...B } fragment A on Mutation { ${check('a')} } fragment B on Mutation { ... on Mutation { ${check('b')} } }`,
  'a check twice with one switched off': `mutation { ${check('a')} ... @skip(if: true) { ${check('b')} } }`,
  'two operations without a name': '{ account { id } } { account { id } }',
  'two operations of one name': 'query A { account { id } } query A { account { id } }',
};

describe.each(Object.entries(WAYS))('%s', (way, ask) => {
  test.each(Object.entries(REFUSED).filter(([, query]) => way !== 'by GET' || !query.startsWith('mutation')))(
    '%s is refused',
    async (_what, query) => {
      const [code, ...more] = await ask(query);
      expect(code).toMatch(/^(?:request\/too_complex|input\/invalid)$/);
      expect(more.every((other) => other === code)).toBe(true);
    },
  );

  test('pages that variables ask for count', async () => {
    const query =
      'query ($n: Int!) { verifications(first: $n) { nodes { messages(first: $n) { nodes { attempts { id } } } } } }';
    expect(await ask(query, { n: 5 })).toEqual([]);
    expect(await ask(query, { n: 100 })).toEqual(['request/too_complex']);
  });

  test('what GraphiQL asks of the schema is let through', async () => {
    expect(await ask(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).toEqual(
      [],
    );
  });

  test('a sensible question with fragments in fragments is let through', async () => {
    const query = `{ verifications(first: 5) { ...Page } account { ...A } routes { ...R } }
      fragment Page on VerificationConnection { nodes { ...V service { ...S } messages(first: 3) { nodes { ...M } } } pageInfo { hasNextPage } }
      fragment V on Verification { id status } fragment S on Service { id name }
      fragment M on Message { id status attempts { id route { ...R } } } fragment R on Route { id name carrier { id } }
      fragment A on Account { id name }`;
    expect(await ask(query)).toEqual([]);
  });
});
