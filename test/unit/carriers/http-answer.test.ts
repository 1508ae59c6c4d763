import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CarrierConfig } from '../../../src/carriers/config.ts';
import { readAnswer } from '../../../src/carriers/http/answer.ts';
import { isAuthentic, type CallbackAuth } from '../../../src/carriers/http/callback-auth.ts';
import { answerReader, receiptReader } from '../../../src/carriers/http/compile.ts';
import type { HttpCarrierConfig } from '../../../src/carriers/http/config.ts';
import { readDocument } from '../../../src/outgoing/http/document.ts';
import type { Answer } from '../../../src/outgoing/http/exchange.ts';
import { parsePointer, valueAt } from '../../../src/outgoing/http/pointer.ts';
import { readReceipts } from '../../../src/carriers/http/receipts.ts';
import { retryAfterMs } from '../../../src/outgoing/http/retry-after.ts';

const NOW = Date.UTC(2026, 0, 1);
const message = {
  attemptId: `att_${'0'.repeat(32)}`,
  to: '+385911234567',
  sender: 'Otpost',
  text: '493817 is your code',
  expiresAt: new Date(NOW + 60_000),
} as const;

const config = (answer: Record<string, unknown>, receipts: Record<string, unknown> = {}) =>
  CarrierConfig.parse({
    kind: 'http',
    request: { url: 'https://api.example/' },
    answer,
    receipts: {
      messageId: '/id',
      state: '/state',
      states: { D: 'delivered', E: 'enroute', U: 'undelivered', '7': 'undelivered' },
      errorCode: '/err',
      auth: { type: 'secret', query: 't', secret: 's' },
      ...receipts,
    },
  }) as HttpCarrierConfig;

function read(
  answer: Partial<Answer>,
  how: Record<string, unknown> = { messageId: '/id', errorCode: '/code' },
) {
  const whole = { status: 200, retryAfter: undefined, body: '', incomplete: undefined, ...answer };
  return readAnswer(whole, answerReader(config(how), { key: 'top secret' }), message, NOW);
}

describe('an answer, where the configuration says nothing:', () => {
  test.each([
    [200, 'accepted', undefined],
    [202, 'accepted', undefined],
    [301, 'unavailable', undefined],
    [400, 'rejected', 'once'],
    [401, 'unavailable', undefined],
    [402, 'unavailable', undefined],
    [403, 'unavailable', undefined],
    [404, 'unavailable', undefined],
    [408, 'rejected', 'later'],
    [422, 'rejected', 'once'],
    [429, 'throttled', undefined],
    [500, 'rejected', 'later'],
    [502, 'rejected', 'later'],
    [503, 'rejected', 'later'],
    [999, 'unknown', undefined],
  ])('%i is %s %s', (status, kind, retry) => {
    const outcome = read({ status, body: '{"id":"1"}' });
    expect(outcome).toMatchObject({ kind, ...(retry && { retry }) });
  });

  test('503 that says when to come back is a throttle', () => {
    expect(read({ status: 503, retryAfter: '7' })).toEqual({ kind: 'throttled', retryAfterMs: 7_000 });
  });
});

describe('the id of a message', () => {
  test('is kept to its last digit, also as a number that no double holds', () => {
    const id = (body: string) => read({ body });
    expect(id('{"id":1234567890123456789}')).toMatchObject({ carrierMessageId: '1234567890123456789' });
    expect(id('{"id":42}')).toMatchObject({ carrierMessageId: '42' });
    expect(id('{"id":" aB-7 "}')).toMatchObject({ carrierMessageId: 'aB-7' });
  });

  test.each([
    '{}',
    '{"id":""}',
    '{"id":{}}',
    '{"id":null}',
    '{"id":"a\\u0000b"}',
    `{"id":"${'9'.repeat(201)}"}`,
    '[',
    '',
  ])('that cannot be one leaves the message unknown, in words: %s', (body) => {
    expect(read({ body })).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/^answered 200, but (?:without the id|the body is not)/) as string,
    });
  });

  test('may be missing where the configuration says so, and then ours stands for it', () => {
    const how = { messageId: '/id', whenIdIsMissing: 'accepted' };
    expect(read({ body: '{}' }, how)).toMatchObject({
      kind: 'accepted',
      carrierMessageId: message.attemptId,
    });
  });

  test('is ours where the carrier reports by that', () => {
    const how = { messageId: '{attemptId}' };
    const ours = { kind: 'accepted', carrierMessageId: message.attemptId, segments: 1 };
    expect(read({ status: 204 }, how)).toEqual(ours);
    const looking = { ...how, rules: [{ at: '/error', exists: true, means: 'permanent' }] };
    expect(read({ body: '{}' }, looking)).toEqual(ours);
    expect(read({ body: '{"error":1}' }, looking)).toMatchObject({ kind: 'rejected', retry: 'never' });
    expect(read({ body: '<html>' }, looking)).toMatchObject({ kind: 'unknown' });
  });
});

describe('rules', () => {
  const how = {
    messageId: '/data/0/id',
    segments: '/data/0/parts',
    errorCode: '/data/0/status',
    rules: [
      { at: '/data/0/status', is: ['0', true], means: 'accepted' },
      { status: [200], at: '/data/0/status', is: [1], means: 'throttled' },
      { status: ['5xx'], at: '/data/0/status', is: [2], means: 'permanent' },
      { at: '/maintenance', exists: true, means: 'unavailable' },
    ],
  };
  const body = (status: unknown, more = {}) =>
    JSON.stringify({ data: [{ id: 'x', status, parts: 3 }], ...more });

  test('are tried in order, by status and field, whether it is a number or a text', () => {
    expect(read({ body: body(0) }, how)).toEqual({ kind: 'accepted', carrierMessageId: 'x', segments: 3 });
    expect(read({ body: body('0') }, how)).toMatchObject({ kind: 'accepted' });
    expect(read({ body: body('1') }, how)).toEqual({ kind: 'throttled', retryAfterMs: undefined });
    expect(read({ status: 503, body: body(2) }, how)).toEqual({
      kind: 'rejected',
      retry: 'never',
      error: { code: '2', message: 'the carrier answered 503' },
    });
    expect(read({ status: 503, body: body(9, { maintenance: 'soon' }) }, how)).toMatchObject({
      kind: 'unavailable',
    });
  });

  test('that say what accepted is leave any other 2xx unknown', () => {
    expect(read({ body: body('strange') }, how)).toEqual({
      kind: 'unknown',
      reason: 'answered 200, but with something that no rule knows',
    });
  });

  test('see nothing in a body that is not whole', () => {
    const cut = { body: body(0), incomplete: 'the connection broke' };
    expect(read(cut, how)).toEqual({ kind: 'unknown', reason: 'answered 200, but the connection broke' });
    expect(read({ ...cut, status: 500 }, how)).toMatchObject({ kind: 'rejected', retry: 'later' });
  });
});

test('any bytes as an answer give an outcome that can be stored', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((octets) => Buffer.from(octets).toString('utf8'));
  const formats = fc.constantFrom('json', 'form', { separators: ': ' });
  const pointers = fc.constantFrom('', '/0', '/1', '/id');
  fc.assert(
    fc.property(
      fc.oneof(bytes, fc.json()),
      fc.integer({ min: 100, max: 999 }),
      formats,
      pointers,
      (body, status, format, at) => {
        const outcome = read({ status, body }, { format, messageId: at, errorCode: at, errorMessage: at });
        for (const text of JSON.stringify(outcome, null, 1).split('\n')) expect(text).not.toMatch(/\\u0000/);
        if (outcome.kind === 'accepted') expect(outcome.carrierMessageId.length).toBeLessThanOrEqual(200);
        if (outcome.kind === 'rejected') expect(outcome.error.message.length).toBeLessThanOrEqual(200);
      },
    ),
    { numRuns: 1_000 },
  );
});

describe('a document', () => {
  test('of text is split into fields, of a form into names', () => {
    expect(readDocument('OK: 4711\r\n', { separators: ': ' })).toEqual({ root: ['OK', '4711'] });
    expect(readDocument('0|17|', { separators: '|' })).toEqual({ root: ['0', '17'] });
    expect(readDocument('status=0&id=a%20b', 'form')).toEqual({ root: { status: '0', id: 'a b' } });
    expect(readDocument('{"a":', 'json')).toBeUndefined();
  });

  test('that is nested without end is unreadable at worst', () => {
    for (const deep of ['['.repeat(60_000), `${'['.repeat(30_000)}1234567890123456${']'.repeat(30_000)}`])
      expect(() => readDocument(deep, 'json')).not.toThrow();
  });
});

describe('a JSON pointer', () => {
  // The examples of RFC 6901 §5.
  const document = {
    foo: ['bar', 'baz'],
    '': 0,
    'a/b': 1,
    'c%d': 2,
    'e^f': 3,
    'g|h': 4,
    'i\\j': 5,
    'k"l': 6,
    ' ': 7,
    'm~n': 8,
  };
  test.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
    ['/foo/2', undefined],
    ['/foo/-', undefined],
    ['/foo/00', undefined],
    ['/foo/length', undefined],
    ['/foo/0/length', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
    ['/nothing/at/all', undefined],
  ])('%j leads to %j', (text, value) => {
    expect(valueAt(document, parsePointer(text)!)).toEqual(value);
  });

  test('finds every value by the names on its way', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer(), (names, value) => {
        const nested = names.reduceRight<unknown>(
          (inner, name) => Object.fromEntries([[name, inner]]),
          value,
        );
        const text = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
        expect(valueAt(nested, parsePointer(text)!)).toBe(value);
      }),
    );
  });
});

describe('Retry-After', () => {
  test.each([
    ['3', 3_000],
    ['0', 0],
    ['99999', 300_000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['2026-01-01', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (header, ms) => {
    expect(retryAfterMs(header, NOW, 300_000)).toBe(ms);
  });
});

describe('receipts', () => {
  const receipts = (root: unknown, how: Record<string, unknown> = {}) =>
    readReceipts(root, receiptReader(config({ messageId: '/id' }, how).receipts!));

  test('come one by one or in a list', () => {
    const one = { id: 17, state: 'D' };
    const expected = {
      receipts: [{ id: '17', state: 'delivered' }],
      unknownStates: [],
      unreadable: 0,
    };
    expect(receipts(one)).toEqual(expected);
    expect(receipts([one])).toEqual(expected);
    expect(receipts({ events: [one] }, { list: '/events' })).toEqual(expected);
    expect(receipts({ events: one }, { list: '/events' })).toEqual(expected);
    expect(receipts([])).toMatchObject({ receipts: [], unreadable: 0 });
  });

  test('of what was not delivered say why, with the carrier’s code and no number of a phone', () => {
    expect(receipts({ id: 'a', state: 7, err: 60 }).receipts).toEqual([
      {
        id: 'a',
        state: 'undelivered',
        error: { code: '60', message: 'the carrier reports 7' },
      },
    ]);
    expect(receipts({ id: 'a', state: 'U', err: '385911234567' }).receipts[0]!.error!.code).toBe('…');
    expect(receipts({ id: 'a', state: 'U' }).receipts[0]!.error!.code).toBe('U');
  });

  test('that say nothing are counted, and states that are new are told', () => {
    expect(receipts([{ id: 'a' }, { state: 'D' }, 'text', null, { id: 'b', state: 'X' }])).toEqual({
      receipts: [],
      unknownStates: ['X'],
      unreadable: 4,
    });
  });
});

describe('a callback', () => {
  const secrets = { s: 'a long secret', k: 'a key' };
  const call = (headers: Record<string, string>, query = '', body = '') => ({
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    query: new URLSearchParams(query),
    body: Buffer.from(body),
  });

  test('is authentic with the whole secret in its place, and with nothing else', () => {
    const inHeader: CallbackAuth = { type: 'secret', header: 'x-token', prefix: 'Token ', secret: 's' };
    const given = (value: string) => isAuthentic(inHeader, call({ 'x-token': value }), secrets);
    expect(given('Token a long secret')).toBe(true);
    for (const wrong of ['a long secret', 'Token a long secre', 'Token a long secrets', 'Token ', ''])
      expect(given(wrong)).toBe(false);
    expect(isAuthentic(inHeader, call({}), secrets)).toBe(false);
    const inQuery: CallbackAuth = { type: 'secret', query: 't', prefix: '', secret: 's' };
    expect(isAuthentic(inQuery, call({}, 't=a+long+secret'), secrets)).toBe(true);
    for (const wrong of ['t=a', 't=', '', 't=a+long+secret&t=x', 't=x&t=a+long+secret'])
      expect(isAuthentic(inQuery, call({}, wrong), secrets)).toBe(false);
  });

  test('is authentic with the HMAC of its raw body, in each form', () => {
    for (const algorithm of ['sha256', 'sha512', 'sha1'] as const)
      for (const encoding of ['hex', 'base64'] as const) {
        const auth: CallbackAuth = {
          type: 'hmac',
          algorithm,
          encoding,
          header: 'x-sig',
          prefix: 'v1=',
          secret: 'k',
        };
        const body = '{"id": "ž"}';
        const signature = createHmac(algorithm, 'a key').update(body).digest(encoding);
        const given = (value: string, of = body) =>
          isAuthentic(auth, call({ 'x-sig': value }, '', of), secrets);
        expect(given(`v1=${signature}`)).toBe(true);
        expect(given(signature)).toBe(false);
        expect(given(`v1=${signature}`, `${body} `)).toBe(false);
        expect(given(`v1=${signature.slice(0, -4)}`)).toBe(false);
        expect(given('v1=')).toBe(false);
        // What Node would read as far as it can.
        for (const more of ['zz', '!', ', v1=00', ' x', signature, `, v1=${signature}`])
          expect(given(`v1=${signature}${more}`), more).toBe(false);
        const twice = {
          ...call({}, '', body),
          headers: { 'x-sig': Array<string>(2).fill(`v1=${signature}`) },
        };
        expect(isAuthentic(auth, twice, secrets)).toBe(false);
        if (encoding === 'hex') expect(given(`v1=${signature.toUpperCase()}`)).toBe(true);
        else expect(given(`v1=${signature.replace(/=+$/, '')}`)).toBe(true);
      }
  });

  test('with a signature that was not made with the key is never authentic', () => {
    const auth: CallbackAuth = {
      type: 'hmac',
      algorithm: 'sha256',
      encoding: 'hex',
      header: 'x',
      prefix: '',
      secret: 'k',
    };
    fc.assert(
      fc.property(fc.string(), fc.string(), (signature, body) => {
        expect(isAuthentic(auth, call({ x: signature }, '', body), secrets)).toBe(false);
      }),
    );
  });
});
