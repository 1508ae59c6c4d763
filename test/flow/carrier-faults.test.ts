import { createServer as createTlsServer } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { connectCarrier } from '../../src/carriers/connect-carrier.ts';
import { createHealthBoard } from '../../src/carriers/health-board.ts';
import { encodePdu } from '../../src/carriers/smpp/codec.ts';
import { answerTo } from '../../src/carriers/smpp/pdu.ts';
import { freePort } from '../../src/db/embedded/free-port.ts';
import { idFromUuid, uuidOf, type CarrierId } from '../../src/ids.ts';
import type { App } from '../../src/platform.ts';
import { addRoute } from '../../src/routing/add-route.ts';
import { createSimulator } from '../../src/simulator/simulator.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { makeCertificates, type Certificates } from '../support/certificates.ts';
import { Nordwave, type Misbehaviour } from '../support/http-providers.ts';
import { startProxy } from '../support/proxy.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { listenRaw, RawPeer } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';
import { codesOn, createClock, createNumbers, happened, start } from '../support/verifying.ts';

const aNumber = createNumbers(8_000_000);
const MESSAGES = 200;
/** Started once its health says what is wrong. */
const LATER = 40;
/** Over a carrier that delivers, before and after it becomes a black hole. */
const [WELL, ILL] = [60, 240];

let main: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;
let certificates: Certificates;

beforeAll(async () => {
  [main, certificates] = await Promise.all([
    createTestApp({ ROLES: 'worker,simulator', OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' }),
    makeCertificates(),
  ]);
  app = main.app;
  app.single(createHealthBoard);
  connect = createCarriers(app);
});
afterAll(() => main[Symbol.asyncDispose]());

interface Fault {
  /** Connects a carrier that has the fault. What it needs lives as long as the stack. */
  connect(who: Principal, stack: AsyncDisposableStack): Promise<CarrierId>;
  /** What its health says. */
  words: RegExp;
  /** Happens once all messages are started. */
  then?: () => Promise<void>;
  /** It delivers all the same: what it is given, or as much as it has room for; or it refuses each at once, and is asked first. */
  delivers?: 'all' | 'some' | 'none';
}

const FAULTS: Record<string, () => Fault> = {
  'is down': () => ({
    connect: async (who) => (await connect(who, 'normal', { port: await freePort() })).id,
    words: /ECONNREFUSED/,
  }),
  'goes down in the middle': () => {
    let cut = () => Promise.resolve();
    return {
      connect: async (who, stack) => {
        const wire = stack.use(await startProxy({ host: '127.0.0.1', port: app.simulator!.smppPort }));
        cut = () => wire.cut();
        const config = { ...QUICK, port: wire.port };
        return (await connect(who, { profile: 'normal', responseMs: [50, 400] }, config)).id;
      },
      then: () => cut(),
      words: /ECONNREFUSED/,
    };
  },
  'is slow': () => ({
    connect: async (who) =>
      (await connect(who, { profile: 'slow', receiptMs: [2_000, 3_000] }, { window: 20 })).id,
    words: /slow: its last \d+ answers took 1\.\d s/,
    delivers: 'some',
  }),
  'answers behind its deadline': () => ({
    connect: async (who) =>
      (await connect(who, { profile: 'late', responseMs: [400, 600] }, { ...QUICK, responseTimeoutMs: 200 }))
        .id,
    words: /breaker .*got no answer .*deadline/,
  }),
  'never answers': () => ({
    connect: async (who) => (await connect(who, 'silent', QUICK)).id,
    words: /breaker .*got no answer .*deadline/,
  }),
  'answers everything with a system error': () => ({
    connect: async (who) => (await connect(who, { profile: 'rejecting', refusalStatus: 0x08 }, QUICK)).id,
    words: /breaker .*error of its system .*0x00000008/,
  }),
  'rejects everything as its application': () => ({
    connect: async (who) => (await connect(who, { profile: 'rejecting', refusalStatus: 0x66 }, QUICK)).id,
    words: /refused the last \d+ messages, with rejected by the receiving application/,
    delivers: 'none',
  }),
  'knows none of our TLVs': () => ({
    connect: async (who) => (await connect(who, { profile: 'rejecting', refusalStatus: 0xc1 }, QUICK)).id,
    words: /refused the last \d+ messages, with optional parameter not allowed/,
    delivers: 'none',
  }),
  'vanished behind an open socket': () => ({
    // The breaker comes first by far, also on a busy machine: a link that is bound anew before it takes messages again.
    connect: (who, stack) => connectRaw(who, stack, () => undefined, { enquireLinkMs: 1_000 }),
    words: /link lost: the peer left \d enquire_links unanswered|breaker .*got no answer/,
  }),
  'sends garbage': () => ({
    connect: async (who) => (await connect(who, { profile: 'garbage', rubbishShare: 1 }, QUICK)).id,
    words: /does not speak SMPP|breaker .*got no answer/,
  }),
  'sends a PDU of 10 MB': () => ({
    connect: (who, stack) => connectRaw(who, stack, (socket) => void socket.write(TEN_MEGABYTES)),
    words: /does not speak SMPP: .*10485760/,
  }),
  'does not take our password': () => ({
    connect: async (who, stack) => {
      const options = { smppPort: 0, httpPort: 0, password: 'another' };
      const { smppPort } = stack.use(await createSimulator(options));
      return (await connect(who, 'normal', { port: smppPort, systemId: 'normal' })).id;
    },
    words: /bind refused: invalid password \(0x0e\)/,
  }),
  'has a certificate that does not verify': () => ({
    connect: async (who, stack) => {
      const { key, cert } = certificates;
      const server = createTlsServer({ key, cert }).listen(0, '127.0.0.1');
      server.on('tlsClientError', () => {});
      await once(server, 'listening');
      stack.defer(() => void server.close());
      const { port } = server.address() as AddressInfo;
      return (await connect(who, 'normal', { port, tls: { ca: undefined, servername: 'smsc.test' } })).id;
    },
    words: /cannot connect to .*certificate/,
  }),
  'gives all messages one id': () => ({
    connect: async (who) => (await connect(who, { profile: 'sameId', receiptMs: [20, 60] })).id,
    words: /gives the same message id to several numbers: set messageIds/,
    delivers: 'all',
  }),
  'refuses our credentials over HTTP': () => ({
    connect: (who, stack) => connectHttp(who, stack, undefined, { apiToken: 'revoked' }),
    words: /refuses us: no \(unauthorized\)/,
  }),
  'answers over HTTP with 503': () => ({
    connect: (who, stack) => connectHttp(who, stack, 'serverError'),
    words: /breaker .*error of its system .*503/,
  }),
  'hangs over HTTP': () => ({
    connect: (who, stack) => connectHttp(who, stack, 'hang'),
    words: /breaker .*got no answer .*no answer within 300 ms/,
  }),
  'cuts every connection over HTTP': () => ({
    connect: (who, stack) => connectHttp(who, stack, 'resetBeforeAnswer'),
    words: /breaker .*got no answer .*(?:cut|hang up)/,
  }),
};

const QUICK = { responseTimeoutMs: 500, window: 50 };
const TEN_MEGABYTES = Buffer.alloc(10 * 1_048_576);
TEN_MEGABYTES.writeUInt32BE(TEN_MEGABYTES.length);

/** A carrier that binds whoever comes, and then does this with each submit and with nothing else. */
async function connectRaw(
  who: Principal,
  stack: AsyncDisposableStack,
  onSubmit: (socket: Socket) => void,
  config: { enquireLinkMs?: number } = {},
): Promise<CarrierId> {
  const { port } = stack.use(
    await listenRaw((socket) => {
      new RawPeer(socket, (pdu) => {
        if (pdu.command === 'bind_transceiver')
          socket.write(encodePdu({ ...answerTo(pdu, 0), sequence: pdu.sequence }));
        else if (pdu.command === 'submit_sm') onSubmit(socket);
      });
    }),
  );
  return (await connect(who, 'normal', { port, ...QUICK, ...config })).id;
}

let routes = 0;
async function connectHttp(
  who: Principal,
  stack: AsyncDisposableStack,
  misbehaviour: Misbehaviour | undefined,
  secrets: Record<string, string> = {},
): Promise<CarrierId> {
  const provider = stack.use(await new Nordwave().start());
  provider.misbehaves = misbehaviour;
  const example = await provider.example();
  const config = { ...example.config, timeoutMs: 300, throughput: null, connections: 50, window: 50 };
  const carrierId = await connectCarrier(app, who.accountId, {
    ...example,
    config,
    secrets: { ...example.secrets, ...secrets },
  });
  await addRoute(app, who, { name: `http ${++routes}`, carrierId, priority: 1 });
  return carrierId;
}

interface Fate {
  status: string;
  /** Somebody will look at it again. */
  isDue: boolean;
  /** Delivered before its verification ended. */
  isInTime: boolean;
  /** Of its attempts, in their order. */
  carriers: CarrierId[];
}

/** What became of the messages of an account, oldest first. */
async function fatesOf(who: Principal, of: App = app): Promise<Fate[]> {
  const rows = await of.sql<(Omit<Fate, 'carriers'> & { carriers: string[] })[]>`
    SELECT m.status, m.due_at IS NOT NULL AS "isDue", coalesce(m.delivered_at < v.expires_at, false) AS "isInTime",
      ARRAY(SELECT a.carrier_id FROM attempts a
        WHERE a.account_id = m.account_id AND a.message_id = m.id ORDER BY a.id) AS carriers
    FROM messages m JOIN verifications v ON v.account_id = m.account_id AND v.id = m.verification_id
    WHERE m.account_id = ${uuidOf(who.accountId)} ORDER BY m.id`;
  return rows.map(({ carriers, ...row }) => ({
    ...row,
    carriers: carriers.map((id) => idFromUuid('car', id)),
  }));
}

async function startMany(who: Principal, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => start(app, who, aNumber())));
}

describe.concurrent('beside a carrier that works, one that', () => {
  test.each(Object.entries(FAULTS))(
    '%s says so; nothing is lost, 99 of 100 messages arrive in time, and those to come go elsewhere',
    async (_what, make) => {
      await using stack = new AsyncDisposableStack();
      const fault = make();
      const who = await createTestAccount(app);
      const bad = await fault.connect(who, stack);
      const good = (await connect(who, { profile: 'instant', receiptMs: [5, 20] })).id;
      const board = app.single(createHealthBoard);
      await until(() => board.of(who.accountId, good).state === 'up');
      await until(() => !['unknown', 'connecting'].includes(board.of(who.accountId, bad).state));

      await startMany(who, MESSAGES);
      await fault.then?.();
      await until(() => fault.words.test(board.of(who.accountId, bad).problem ?? ''), {
        what: `${fault.words} in its health`,
      });
      await startMany(who, LATER);
      const isOpen = ({ status }: Fate) => status === 'queued' || status === 'sent';
      await until(async () => !(await fatesOf(who)).some(isOpen), {
        what: 'the end of every message',
        everyMs: 200,
      });

      const fates = await fatesOf(who);
      expect(fates).toHaveLength(MESSAGES + LATER);
      expect(fates.filter(({ isInTime }) => isInTime).length).toBeGreaterThanOrEqual(0.99 * fates.length);
      const over = (id: CarrierId, some: Fate[]) =>
        some.filter(({ carriers }) => carriers.includes(id)).length;
      if (fault.delivers !== 'all') expect(over(good, fates)).toBeGreaterThan(MESSAGES / 2);
      // Its probes, if it has any.
      if (!fault.delivers) expect(over(bad, fates.slice(MESSAGES))).toBeLessThan(LATER / 4);
    },
  );
});

test.concurrent(
  'an only carrier that swallows messages is tried on, and delivers them all once it is well',
  async () => {
    const who = await createTestAccount(app);
    const { id, systemId } = await connect(who, 'silent', { ...QUICK, window: 10 });
    const board = app.single(createHealthBoard);
    await until(() => board.of(who.accountId, id).state === 'up');
    await startMany(who, 60);
    await until(() => board.of(who.accountId, id).breaker === 'open');
    expect(board.of(who.accountId, id).state).toBe('down');
    const probed = (await fatesOf(who)).flatMap(({ carriers }) => carriers).length;
    // Another pause goes by, and another probe in vain.
    await until(async () => (await fatesOf(who)).flatMap(({ carriers }) => carriers).length > probed);
    app.simulator!.change(systemId, { profile: 'instant', receiptMs: [5, 20] });
    await until(async () => (await fatesOf(who)).every(({ isInTime }) => isInTime), {
      what: 'delivery of every message',
      everyMs: 200,
    });
    await until(() => board.of(who.accountId, id).state === 'up');
    const fates = await fatesOf(who);
    // Nobody but those that were under way when it opened, and its probes, spent an attempt in vain.
    expect(fates.filter(({ carriers }) => carriers.length === 1).length).toBeGreaterThan(60 - 20);
  },
);

test('a carrier that becomes a black hole is said to be one; all that it swallows arrives over another in time', async () => {
  const clock = createClock();
  await using own = await createTestApp({ ROLES: 'worker,simulator' }, { clock: clock.now });
  const { app } = own;
  const board = app.single(createHealthBoard);
  const connectTo = createCarriers(app);
  const who = await createTestAccount(app, { routing: 'adaptive' });
  const hole = await connectTo(who, { profile: 'normal', receiptMs: [5, 20] });
  const good = await connectTo(who, { profile: 'instant', receiptMs: [5, 20] });
  await app.sql`UPDATE routes SET price = 0.2 WHERE account_id = ${uuidOf(who.accountId)} AND name = 'instant'`;
  await until(() => board.of(who.accountId, hole.id).state === 'up');

  const waiting = new Map<string, VerificationRow>();
  /** A second goes by, and whoever has a code by then types it in. */
  const second = async () => {
    clock.advance(1_000);
    app.dispatcher!.wake();
    for (const [to, v] of waiting) {
      const [code] = codesOn(app, to);
      if (code === undefined) continue;
      waiting.delete(to);
      await checkVerification(app, who, { verificationId: v.id, code });
    }
  };
  /** Twelve more every second: too many to be all told apart before the first one is missed. */
  const people = async (count: number) => {
    for (let i = 0; i < count; i += 12) {
      await Promise.all(
        Array.from({ length: 12 }, aNumber).map(async (to) => {
          const v = await start(app, who, to);
          waiting.set(to, v);
          await happened(app, v, 'MessageSent');
        }),
      );
      await second();
    }
  };
  // Its receipts have been as quick as anybody's.
  await people(WELL);
  await until(async () => (await fatesOf(who, app)).every(({ isInTime }) => isInTime));
  app.simulator!.change(hole.systemId, 'blackhole');
  await people(ILL);
  const { state, problem } = await until(
    async () => {
      await second();
      const health = board.of(who.accountId, hole.id);
      return waiting.size === 0 && health.problem !== undefined ? health : undefined;
    },
    { what: 'a code for everybody, and words for what is wrong', everyMs: 100 },
  );
  expect(problem).toMatch(/^black hole: took \d+ messages since its last receipt, the first one \d+ s ago$/);
  expect(state).toBe('degraded');
  expect(board.of(who.accountId, good.id)).not.toHaveProperty('problem');

  const fates = await fatesOf(who, app);
  expect(fates).toHaveLength(WELL + ILL);
  expect(fates.filter(({ isInTime }) => isInTime).length).toBeGreaterThanOrEqual(0.99 * fates.length);
  const since = fates.slice(WELL);
  const swallowed = since.filter(({ carriers }) => carriers[0] === hole.id);
  expect(swallowed.length).toBeGreaterThanOrEqual(10);
  for (const { carriers } of swallowed) expect(carriers).toEqual([hole.id, good.id]);
  // Some still go there, to see whether it is well again.
  expect(swallowed.length).toBeLessThan(ILL / 4);
});
