import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CarrierConfig } from '../../../src/carriers/config.ts';
import type { Carrier, OutboundMessage, SubmitOutcome } from '../../../src/carriers/carrier.ts';
import { createHttpCarrier, type HttpCarrierOptions } from '../../../src/carriers/http/carrier.ts';
import type { HttpCarrierConfig } from '../../../src/carriers/http/config.ts';
import { newId } from '../../../src/crypto/new-id.ts';
import { createNetworks } from '../../../src/outgoing/networks.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { freePort } from '../../../src/db/embedded/free-port.ts';
import { Nordwave, Telegrafo, type HttpProvider, type Misbehaviour } from '../../support/http-providers.ts';
import { answering, TestHttpServer } from '../../support/http-server.ts';
import { until } from '../../support/until.ts';

const CALLBACK = 'https://otp.example/carriers/car_1/receipts';
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

interface Tested {
  carrier: Carrier;
  submit(message?: Partial<OutboundMessage>): Promise<SubmitOutcome>;
  ready: () => number;
}

function open(
  config: HttpCarrierConfig,
  secrets: Readonly<Record<string, string>>,
  options: Partial<HttpCarrierOptions> = {},
): Tested {
  let readyCount = 0;
  const carrier = createHttpCarrier(
    {
      id: newId('car'),
      name: 'test',
      config,
      secrets,
      callbackUrl: CALLBACK,
      networks: createNetworks(['127.0.0.1/32']),
      names: { ids: 'unique', markOf: (number) => `mark of ${number}` },
      pauses: { minMs: 20, maxMs: 50 },
      ...options,
    },
    { onReady: () => (readyCount += 1) },
  );
  opened.push({ [Symbol.asyncDispose]: () => carrier.close(0) });
  const submit = (message: Partial<OutboundMessage> = {}) =>
    carrier.submit({
      attemptId: newId('att'),
      to: '+41790000001',
      sender: 'Otpost',
      text: '493817 is your code',
      expiresAt: new Date(Date.now() + 600_000),
      ...message,
    });
  return { carrier, submit, ready: () => readyCount };
}

/** A carrier of the smallest configuration for a server: an id in, an id out. */
function simple(url: string, more: Record<string, unknown> = {}): HttpCarrierConfig {
  return CarrierConfig.parse({
    kind: 'http',
    request: { url: `${url}/send`, body: { json: { to: '{to}', text: '{text}' } } },
    answer: { messageId: '/id', errorCode: '/code', errorMessage: '/message' },
    allowPlainHttp: true,
    timeoutMs: 2_000,
    ...more,
  }) as HttpCarrierConfig;
}

async function serve(...behaviour: Parameters<typeof TestHttpServer.start>): Promise<TestHttpServer> {
  const server = await TestHttpServer.start(...behaviour);
  opened.push(server);
  return server;
}

describe.each([
  ['Nordwave', () => new Nordwave()],
  ['Telegrafo', () => new Telegrafo()],
] as const)('the example %s', (name, create) => {
  let provider: HttpProvider;
  const connect = async (
    more: Partial<HttpCarrierConfig> = {},
    options: Partial<HttpCarrierOptions> = {},
  ) => {
    const { config, secrets } = await provider.example();
    return open(CarrierConfig.parse({ ...config, ...more }) as HttpCarrierConfig, secrets, options);
  };
  beforeEach(async () => {
    provider = await create().start();
    opened.push(provider);
  });

  test('sends a message and tells its id', async () => {
    const { submit, carrier } = await connect();
    const outcome = await submit({ text: 'Ваш код 493817 & =?' });
    expect(outcome).toEqual({
      kind: 'accepted',
      carrierMessageId: name === 'Nordwave' ? 'nw_1' : '4711',
      segments: 1,
    });
    const [message] = provider.messages;
    expect(message!.text).toBe('Ваш код 493817 & =?');
    expect(message!.callbackUrl.startsWith(CALLBACK)).toBe(true);
    expect(carrier.health()).toMatchObject({ state: 'up', inFlight: 0 });
    expect(carrier.health().problem).toBeUndefined();
  });

  test('says what each refusal is about', async () => {
    const { submit } = await connect({ throughput: null });
    expect(await submit({ to: '+41790000000' })).toMatchObject({ kind: 'rejected', retry: 'never' });
    expect(await submit({ sender: 'Unknown' })).toMatchObject({ kind: 'rejected', retry: 'elsewhere' });
  });

  test('with a wrong password is down, in words, and takes no message of the account with it', async () => {
    const { config, secrets } = await provider.example();
    const wrong = Object.fromEntries(Object.keys(secrets).map((secret) => [secret, 'wrong']));
    // Not tried anew while the test looks.
    const pauses = { minMs: 60_000, maxMs: 60_000 };
    const { submit, carrier } = open(CarrierConfig.parse(config) as HttpCarrierConfig, wrong, { pauses });
    expect(await submit()).toMatchObject({ kind: 'unavailable' });
    expect(carrier.health()).toMatchObject({
      state: 'down',
      problem: expect.stringMatching(/refuses/) as string,
    });
    expect(carrier.freeWindow()).toBe(0);
  });

  const timeoutMs = 500;
  test.each([
    ['hang', 'unknown', /no answer within 500 ms/],
    ['slowDrip', 'unknown', /not complete within 500 ms/],
    ['resetBeforeAnswer', 'unknown', /cut|hang up/],
    ['resetInBody', 'unknown', /broke in the middle/],
    ['garbage', 'unknown', /answered 200, but/],
    ['notHttp', 'unknown', /not HTTP/],
    ['hugeBody', 'unknown', /larger than 64 KB/],
    ['endlessHeaders', 'unknown', /too many headers/],
    ['redirectToMetadata', 'unavailable', /redirect \(307\), which is not followed/],
    ['serverError', 'rejected', /503/],
    ['emptyAnswer', 'unknown', /answered 200, but/],
  ] as const satisfies [Misbehaviour, string, RegExp][])(
    'that misbehaves (%s) is %s to us, with the reason in words, and works again afterwards',
    async (misbehaviour, kind, words) => {
      const { submit, carrier } = await connect({ timeoutMs });
      provider.misbehaves = misbehaviour;
      const outcome = await submit();
      expect(outcome.kind).toBe(kind);
      expect(JSON.stringify(outcome)).toMatch(words);
      if (kind !== 'rejected') expect(carrier.health().problem).toMatch(words);
      provider.misbehaves = undefined;
      await until(() => carrier.freeWindow() > 0);
      expect(await submit()).toMatchObject({ kind: 'accepted' });
      expect(carrier.health().problem).toBeUndefined();
      expect(carrier.health().inFlight).toBe(0);
    },
  );

  test('that throttles holds the whole carrier back as long as it asks, and no message is at fault', async () => {
    let now = 1_000_000;
    const { config, secrets } = await provider.example();
    const { submit, carrier } = open(CarrierConfig.parse(config) as HttpCarrierConfig, secrets, {
      clock: () => now,
      random: () => 0,
    });
    const expiresAt = new Date(now + 600_000);
    provider.misbehaves = 'throttle';
    expect(await submit({ expiresAt })).toEqual({ kind: 'throttled', retryAfterMs: 2_000 });
    expect(carrier.freeWindow()).toBe(0);
    expect(carrier.health()).toMatchObject({
      state: 'up',
      problem: expect.stringMatching(/throttled/) as string,
    });
    now += 1_500;
    expect(carrier.freeWindow()).toBe(0);
    expect(await submit({ expiresAt })).toEqual({ kind: 'throttled', retryAfterMs: 500 });
    expect(provider.server.received).toHaveLength(1);
    provider.misbehaves = undefined;
    now += 500;
    expect(carrier.freeWindow()).toBeGreaterThan(0);
    expect(await submit({ expiresAt })).toMatchObject({ kind: 'accepted' });
  });

  test('that gives several numbers one id is said to do so, and their messages have names of their own', async () => {
    provider.onlyId = '1';
    const told: string[] = [];
    let fails = true;
    const onRepeatedId = (id: string) => {
      told.push(id);
      return fails ? Promise.reject(new Error('not now')) : Promise.resolve();
    };
    const { submit, carrier } = await connect({ throughput: null }, { onRepeatedId });
    const [A, B] = ['+41790000001', '+41790000002'];
    expect(await submit({ to: A })).toMatchObject({ carrierMessageId: '1' });
    expect(await submit({ to: A })).toMatchObject({ carrierMessageId: '1' });
    expect(told).toEqual([]);
    expect(carrier.health().problem).toBeUndefined();
    expect(await submit({ to: B })).toMatchObject({ carrierMessageId: `1#mark of ${B}` });
    expect(carrier.health().problem).toMatch(/gives the same message id to several numbers: set messageIds/);
    // What could not be kept is brought again with the next one.
    fails = false;
    expect(await submit({ to: B })).toMatchObject({ carrierMessageId: `1#mark of ${B}` });
    expect(await submit({ to: B })).toMatchObject({ carrierMessageId: `1#mark of ${B}` });
    expect(told).toEqual(['1', '1']);
  });

  test('is understood under whatever content type', async () => {
    provider.contentType = 'image/png';
    const { submit } = await connect();
    expect(await submit()).toMatchObject({ kind: 'accepted' });
  });
});

describe('what never reached the carrier is unavailable, not unknown:', () => {
  test('a connection that is refused', async () => {
    const { submit, carrier } = open(simple(`http://127.0.0.1:${await freePort()}`), {});
    const outcome = await submit();
    expect(outcome).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringMatching(/ECONNREFUSED/) as string,
    });
    expect(carrier.health()).toMatchObject({
      state: 'down',
      problem: expect.stringMatching(/refused/) as string,
    });
  });

  test('a name that does not exist', async () => {
    const error = Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    const config = simple('http://carrier.test');
    const { submit } = open(
      config,
      {},
      { resolve: (_name, _options, done) => setImmediate(done, error, []) },
    );
    expect(await submit()).toEqual({
      kind: 'unavailable',
      reason: 'the name of the host does not exist (ENOTFOUND)',
    });
  });

  test.each(['https://169.254.169.254', 'https://[::1]', 'https://10.0.0.1', 'http://8.8.8.8'])(
    'an address that must not be called: %s',
    async (url) => {
      const { submit } = open(simple(url), {}, { networks: createNetworks([]) });
      expect(await submit()).toMatchObject({
        kind: 'unavailable',
        reason: expect.stringMatching(/metadata|OTPOST_PRIVATE_NETWORKS/) as string,
      });
    },
  );

  test('a name that leads to such an address, also when it led elsewhere before', async () => {
    const server = await serve(answering(200, '{"id":"1"}', { connection: 'close' }));
    const answers = ['127.0.0.1', '169.254.169.254', '127.0.0.1'];
    let asked = 0;
    const { submit } = open(
      simple(`http://carrier.test:${server.port}`),
      {},
      {
        resolve: (_name, _options, done) =>
          setImmediate(done, null, [{ address: answers[asked++]!, family: 4 }]),
      },
    );
    expect(await submit()).toMatchObject({ kind: 'accepted' });
    expect(await submit()).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringMatching(/metadata/) as string,
    });
    expect(asked).toBe(2);
  });

  test('a host that takes the connection and never finishes the TLS handshake', async () => {
    const server = createNetServer((socket) => socket.resume().on('error', () => undefined));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { submit } = open(simple(`https://127.0.0.1:${port}`, { timeoutMs: 200 }), {});
    expect(await submit()).toEqual({ kind: 'unavailable', reason: 'no connection within 200 ms' });
    server.close();
    await once(server, 'close');
  });

  test('a message that waits for a connection until its time is up', async () => {
    const server = await serve(() => undefined);
    const config = simple(server.url, { connections: 1, window: 2, timeoutMs: 200 });
    const { submit } = open(config, {});
    const [first, second] = await Promise.all([submit(), submit()]);
    expect(first).toMatchObject({ kind: 'unknown' });
    expect(second).toMatchObject({ kind: 'unavailable', reason: 'no connection within 200 ms' });
    expect(server.received).toHaveLength(1);
  });
});

describe('TLS', () => {
  test('verifies the certificate: the authority and the name', async () => {
    const { ca, key, cert } = await makeCertificates();
    const server = await serve(answering(200, '{"id":"1"}'), createTlsServer({ key, cert }));
    const resolve: HttpCarrierOptions['resolve'] = (_name, _options, done) =>
      setImmediate(done, null, [{ address: '127.0.0.1', family: 4 }]);
    const outcome = (host: string, tls: { ca: string } | null) =>
      open(simple(`https://${host}:${server.port}`, { tls }), {}, { resolve }).submit();
    expect(await outcome('smsc.test', { ca })).toMatchObject({ kind: 'accepted' });
    const distrusted = (what: RegExp) => ({
      kind: 'unavailable',
      reason: expect.stringMatching(what) as string,
    });
    // What an operator can do, in the place of Node's advice to start it with another flag.
    const own = /^the certificate does not verify: [^-]*\(UNABLE_TO_\w+\); .* tls\.ca of the configuration$/;
    expect(await outcome('smsc.test', null)).toMatchObject(distrusted(own));
    expect(await outcome('other.test', { ca })).toMatchObject(distrusted(/does not verify: .*other\.test/));
    expect(server.received).toHaveLength(1);
  });
});

describe('a carrier over HTTP', () => {
  test('keeps its connections, never has more than it may, and fills them while messages wait', async () => {
    let busy = 0;
    let most = 0;
    const server = await serve(async (response) => {
      most = Math.max(most, ++busy);
      await new Promise((resolve) => setTimeout(resolve, 5));
      busy -= 1;
      response.end('{"id":"1"}');
    });
    const { submit, carrier } = open(simple(server.url, { connections: 3, window: 60 }), {});
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => submit()));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(most).toBe(3);
    expect(server.connections).toBe(3);
    expect(carrier.inFlightShare()).toBe(0);
  });

  test('gives each message its whole time for an answer, also one that had to wait for a connection', async () => {
    const server = await serve((response) => void setTimeout(() => response.end('{"id":"1"}'), 600));
    const { submit } = open(simple(server.url, { connections: 1, window: 2, timeoutMs: 1_000 }), {});
    const outcomes = await Promise.all([submit(), submit()]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted']);
    expect(server.connections).toBe(1);
  });

  test('has as many messages under way as its window, and tells when there is room again', async () => {
    const waiting: (() => void)[] = [];
    const server = await serve((response) => void waiting.push(() => response.end('{"id":"1"}')));
    const { submit, carrier, ready } = open(simple(server.url, { connections: 2 }), {});
    expect(carrier.freeWindow()).toBe(2);
    const under = [submit(), submit()];
    expect(carrier.freeWindow()).toBe(0);
    expect(carrier.inFlightShare()).toBe(1);
    expect(await submit()).toEqual({ kind: 'unavailable', reason: 'the window is full' });
    await until(() => waiting.length === 2);
    expect(ready()).toBe(0);
    waiting.splice(0).forEach((answer) => answer());
    await Promise.all(under);
    expect(ready()).toBe(1);
    expect(carrier.freeWindow()).toBe(2);
  });

  test('keeps to its throughput', async () => {
    const server = await serve(answering(200, '{"id":"1"}'));
    let now = 0;
    const { submit, carrier } = open(simple(server.url, { throughput: 20 }), {}, { clock: () => now });
    const expiresAt = new Date(600_000);
    let accepted = 0;
    for (; now < 1_000; now += 10) if ((await submit({ expiresAt })).kind === 'accepted') accepted += 1;
    expect(accepted).toBeGreaterThanOrEqual(20);
    expect(accepted).toBeLessThanOrEqual(22);
    await submit({ expiresAt });
    expect(await submit({ expiresAt })).toMatchObject({ kind: 'throttled' });
    expect(carrier.freeWindow()).toBe(0);
  });

  test('that refuses all connections is tried by one message at a time, after longer and longer rests', async () => {
    const server = await serve(answering(401, ''));
    let now = 1_000;
    const pauses = { minMs: 1_000, maxMs: 60_000 };
    const options = { clock: () => now, random: () => 1, pauses };
    const { submit, carrier, ready } = open(simple(server.url), {}, options);
    const expiresAt = new Date(600_000);
    await Promise.all([submit({ expiresAt }), submit({ expiresAt }), submit({ expiresAt })]);
    expect(server.received).toHaveLength(3);
    expect(carrier.freeWindow()).toBe(0);
    now += 999;
    expect(await submit({ expiresAt })).toEqual({
      kind: 'unavailable',
      reason: 'refuses our credentials (401)',
    });
    expect(server.received).toHaveLength(3);
    now += 1;
    expect(carrier.freeWindow()).toBe(1);
    await Promise.all([submit({ expiresAt }), submit({ expiresAt })]);
    expect(server.received).toHaveLength(4);
    now += 1_999;
    expect(carrier.freeWindow()).toBe(0);
    server.behave = answering(200, '{"id":"1"}');
    now += 1;
    expect(ready()).toBe(0);
    expect(await submit({ expiresAt })).toMatchObject({ kind: 'accepted' });
    expect(ready()).toBe(1);
    expect(carrier.health()).toMatchObject({ state: 'up' });
    expect(carrier.freeWindow()).toBe(10);
  });

  test('closes when what is under way is answered', async () => {
    const waiting: (() => void)[] = [];
    const server = await serve((response) => void waiting.push(() => response.end('{"id":"1"}')));
    const { submit, carrier } = open(simple(server.url), {});
    const under = submit();
    await until(() => waiting.length === 1);
    const closed = carrier.close(10_000);
    expect(await submit()).toMatchObject({ kind: 'unavailable' });
    expect(carrier.health().state).toBe('closed');
    waiting[0]!();
    expect(await under).toMatchObject({ kind: 'accepted' });
    await closed;
    await until(() => server.openConnections === 0);
  });

  test('closes in time when nothing answers; nobody knows what became of those messages', async () => {
    const server = await serve(() => undefined);
    const { submit, carrier } = open(
      simple(server.url, { connections: 1, window: 3, timeoutMs: 60_000 }),
      {},
    );
    const under = [submit(), submit(), submit()];
    await until(() => server.received.length === 1);
    await carrier.close(10);
    expect((await Promise.all(under)).map(({ kind }) => kind)).toEqual([
      'unknown',
      'unavailable',
      'unavailable',
    ]);
    await until(() => server.openConnections === 0);
  });

  test('that hangs up on a connection it kept open costs one message at most', async () => {
    const server = await serve(answering(200, '{"id":"1"}'));
    const { submit } = open(simple(server.url, { connections: 1 }), {});
    expect(await submit()).toMatchObject({ kind: 'accepted' });
    server.behave = (_response, _received, socket) => void socket.destroy();
    expect(await submit()).toMatchObject({ kind: 'unknown' });
    server.behave = answering(200, '{"id":"2"}');
    expect(await submit()).toMatchObject({ carrierMessageId: '2' });
    expect(server.connections).toBe(2);
  });

  test('does not know what became of a message that waited for a connection, went out and got no answer', async () => {
    const server = await serve(answering(200, '{"id":"1"}'));
    const config = simple(server.url, { connections: 1, window: 2, timeoutMs: 200 });
    const { submit } = open(config, {});
    server.behave = (response) => {
      response.end('{"id":"1"}');
      server.behave = () => undefined;
    };
    const [first, second] = await Promise.all([submit(), submit()]);
    expect(server.connections).toBe(1);
    expect(first).toMatchObject({ kind: 'accepted' });
    expect(second).toEqual({ kind: 'unknown', reason: 'no answer within 200 ms' });
  });

  test.each(['in one packet', 'a moment later'])(
    'that answers one request twice (%s) never has the second answer taken for that of another message',
    async (when) => {
      const answer = (id: string) => `HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"id":"${id}"}`;
      let asked = 0;
      const server = await serve((_response, _received, socket) => {
        if (++asked > 1) return void socket.write(answer('2'));
        if (when === 'in one packet') return void socket.write(answer('1') + answer('9'));
        socket.write(answer('1'));
        setTimeout(() => socket.write(answer('9')), 20);
      });
      const { submit } = open(simple(server.url, { connections: 1 }), {});
      expect((await submit()).kind).toBeOneOf(['accepted', 'unknown']);
      await until(() => server.openConnections === 0);
      expect(await submit()).toMatchObject({ carrierMessageId: '2' });
    },
  );

  test('writes nothing of a message into its outcomes, whatever the carrier repeats', async () => {
    let code = '41790000001';
    const server = await serve((response, { body, headers }) => {
      const message = `cannot send +41 79 000 00 01 ${headers.authorization} ${body}`;
      response.writeHead(400).end(JSON.stringify({ code, message }));
    });
    const request = {
      url: `${server.url}/send`,
      auth: { type: 'bearer', token: '{secret.token}' },
      body: { form: { t: '{text}', to: '{to}' } },
    };
    const { submit, carrier } = open(simple(server.url, { request }), { token: 'tok-en.9' });
    for (const text of ['493817 is your code', 'Your code: K7QX2M']) {
      for (let i = 0; i < 10; i++) {
        const said = JSON.stringify([await submit({ text }), carrier.health()]);
        expect(said).toContain('cannot send');
        expect(said).not.toMatch(/41790000001|000 00 01|493817|K7QX2M|tok-en/);
      }
    }
    code = '100345';
    expect(await submit()).toMatchObject({ error: { code: '100345' } });
  });
});
