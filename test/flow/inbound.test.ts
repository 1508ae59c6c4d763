import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/accounts/principal.ts';
import { accountChannel, inboundChannel, verificationChannel } from '../../src/bus/channels.ts';
import type { CarrierInbound } from '../../src/carriers/carrier.ts';
import { DomainError } from '../../src/errors.ts';
import { uuidOf, type CarrierId, type ServiceId } from '../../src/ids.ts';
import { addInboundNumber } from '../../src/inbound/add-number.ts';
import { PARTS_MS, REPEAT_MS } from '../../src/inbound/arrivals.ts';
import { joinLate } from '../../src/inbound/join-late.ts';
import { senderOf, textOf } from '../../src/inbound/queries.ts';
import { receiveInbound } from '../../src/inbound/receive.ts';
import { inboundCodeOf, inboundNumberOf } from '../../src/inbound/shown-code.ts';
import type { InboundMessageRow } from '../../src/inbound/table.ts';
import { createService } from '../../src/services/create.ts';
import type { ServiceSettingsInput } from '../../src/services/settings.ts';
import { cancelVerification } from '../../src/verifications/cancel.ts';
import { checkVerification } from '../../src/verifications/check.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { createTestAccount, createTestApp, type TestApp } from '../support/app.ts';
import { createCarriers } from '../support/simulated-carriers.ts';
import { until } from '../support/until.ts';
import {
  codeOf,
  createClock,
  createNumbers,
  happened,
  historyOf,
  messagesOf,
  start,
  stateOf,
  wrong,
} from '../support/verifying.ts';

const clock = createClock();
const aNumber = createNumbers(8_000_001);
const OURS = '+385991234567';

const logged: string[] = [];

let main: TestApp;
let other: TestApp;
let app: TestApp['app'];
let connect: ReturnType<typeof createCarriers>;

beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  main = await createTestApp({ ROLES: 'worker,simulator' }, { clock: clock.now, log });
  app = main.app;
  // Another process on the same database.
  other = await createTestApp({ ROLES: 'api', DATABASE_URL: main.databaseUrl }, { clock: clock.now });
  connect = createCarriers(app);
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await main[Symbol.asyncDispose]();
});

interface World {
  who: Principal;
  carrierId: CarrierId;
  systemId: string;
}

/** An account with a carrier; its number is `OURS` unless it is to have none. */
async function createWorld(
  settings: ServiceSettingsInput = {},
  number: string | null = OURS,
): Promise<World> {
  const who = await createTestAccount(app, { coolDownSeconds: 0, maxSends: 20, ...settings });
  const { id: carrierId, systemId } = await connect(who, 'instant');
  if (number !== null) await addInboundNumber(app, who, { carrierId, number });
  return { who, carrierId, systemId };
}

function text(
  world: World,
  from: string,
  said: string,
  more: Partial<CarrierInbound> = {},
  at: TestApp = main,
) {
  const { carrierId, who } = world;
  const receivedAt = new Date(clock.now());
  return receiveInbound(at.app, who.accountId, {
    carrierId,
    from,
    to: OURS,
    text: said,
    receivedAt,
    ...more,
  });
}

async function rowsOf({ who }: World): Promise<InboundMessageRow[]> {
  return app.db.query.inboundMessages.findMany({
    where: { accountId: who.accountId },
    orderBy: { id: 'asc' },
  });
}

async function textsOf(world: World): Promise<string[]> {
  return Promise.all((await rowsOf(world)).map(async (row) => textOf(app, row)));
}

const refusal = (tried: Promise<unknown>) =>
  tried.then(
    () => 'not refused',
    (error: unknown) => (error instanceof DomainError ? error.code : error),
  );

describe('a message from a handset', () => {
  test('comes over SMPP, is stored sealed and without its code, and is acknowledged', async () => {
    const world = await createWorld();
    const from = aNumber();
    await until(async () => {
      const response = await fetch(`${app.simulator!.url}/handsets/${from}/messages`, {
        method: 'POST',
        body: JSON.stringify({ to: OURS, text: 'Moj kod je 049769, šđčćž', carrier: world.systemId }),
      });
      return response.status === 202;
    });
    const [row] = await until(async () => {
      const rows = await rowsOf(world);
      return rows.length > 0 ? rows : undefined;
    });
    expect(row).toMatchObject({
      kind: 'message',
      ourNumber: OURS,
      carrierId: world.carrierId,
      serviceId: null,
    });
    expect(senderOf(app, row!)).toBe(from);
    expect(textOf(app, row!)).toBe('Moj kod je ••••••, šđčćž');
    const [raw] =
      await app.sql`SELECT t::text AS row FROM vault.inbound_messages t WHERE id = ${uuidOf(row!.id)}`;
    for (const canary of [from.slice(1), '049769', 'Moj', Buffer.from('Moj').toString('hex')])
      expect(raw!.row).not.toContain(canary);
  });

  test('of many segments comes whole', async () => {
    const world = await createWorld();
    const long = 'Dobar dan, želim pomoć oko računa. '.repeat(12);
    await until(async () => {
      const response = await fetch(`${app.simulator!.url}/handsets/${aNumber()}/messages`, {
        method: 'POST',
        body: JSON.stringify({ to: OURS, text: long, carrier: world.systemId }),
      });
      return response.status === 202;
    });
    await until(async () => (await textsOf(world)).length > 0);
    expect(await textsOf(world)).toEqual([long]);
  });

  test('in parts is joined once, in any order, over several workers at once, with parts that come twice', async () => {
    const world = await createWorld();
    const from = aNumber();
    const parts = ['Dear bank, ', 'my old code was 12', '3456 and ', 'I want help'];
    const send = (number: number, at: TestApp) =>
      text(world, from, parts[number - 1]!, { part: { reference: 7, total: 4, number } }, at);
    await Promise.all([
      send(3, main),
      send(1, other),
      send(1, main),
      send(4, other),
      send(3, other),
      send(2, main),
    ]);
    expect(await textsOf(world)).toEqual(['Dear bank, my old code was •••••• and I want help']);
    await send(2, other);
    expect(await textsOf(world)).toHaveLength(1);
  });

  test('whose reference was used before is another message, and a part is never mistaken for another one', async () => {
    const world = await createWorld();
    const from = aNumber();
    const send = (number: number, said: string) =>
      text(world, from, said, { part: { reference: 7, total: 2, number } });
    await send(1, 'one ');
    await send(2, 'two');
    await send(1, 'three ');
    await expect(send(1, 'other ')).rejects.toThrow('waits for the rest');
    await send(1, 'three ');
    await send(2, 'four');
    await send(1, 'three ');
    expect(await textsOf(world)).toEqual(['one two', 'three four']);
    await send(1, 'other ');
    await send(2, 'four');
    expect(await textsOf(world)).toEqual(['one two', 'three four', 'other four']);
  });

  test('of which a part never comes is kept with what came', async () => {
    const world = await createWorld();
    const part = (number: number) => ({ part: { reference: 9, total: 3, number } });
    await text(world, aNumber(), 'the end', part(3));
    expect(await joinLate(app)).toBe(0);
    clock.advance(PARTS_MS + 1);
    // The worker may be quicker than we are.
    await until(async () => (await joinLate(app)) + (await textsOf(world)).length > 0);
    expect(await textsOf(world)).toEqual([' […] the end']);
  });

  test('of which nothing can be read holds up no other', async () => {
    const world = await createWorld();
    const part = (number: number) => ({ part: { reference: 9, total: 3, number } });
    const last = async () => {
      const [row] = await app.sql<{ arrival: Buffer }[]>`
        SELECT arrival FROM vault.inbound_arrivals WHERE account_id = ${uuidOf(world.who.accountId)}
        ORDER BY received_at DESC LIMIT 1`;
      return row!.arrival;
    };
    const bad: Buffer[] = [];
    for (const parts of [{}, { 1: Buffer.alloc(40).toString('base64') }]) {
      await text(world, aNumber(), 'the end', part(3));
      bad.push(await last());
      await app.sql`UPDATE vault.inbound_arrivals SET parts = ${app.sql.json(parts)} WHERE arrival = ${bad.at(-1)!}`;
      clock.advance(1);
    }
    await text(world, aNumber(), 'the end', part(3));
    clock.advance(PARTS_MS + 1);
    await until(async () => (await joinLate(app)) + (await textsOf(world)).length > 0);
    await until(async () => (await textsOf(world)).length > 0);
    expect(await textsOf(world)).toEqual([' […] the end']);
    expect(await joinLate(app)).toBe(0);
    // What is empty is gone; what may be read by a process that has its key waits some more.
    const left = await app.sql<{ arrival: Buffer }[]>`
      SELECT arrival FROM vault.inbound_arrivals WHERE account_id = ${uuidOf(world.who.accountId)} AND NOT done`;
    expect(left.map(({ arrival }) => arrival.toString('hex'))).toEqual([bad[1]!.toString('hex')]);
    await app.sql`DELETE FROM vault.inbound_arrivals WHERE arrival = ${bad[1]!}`;
  });

  test('that the carrier sends again is stored once; the same words later are another message', async () => {
    const world = await createWorld();
    const from = aNumber();
    await Promise.all([
      text(world, from, 'yes'),
      text(world, from, 'yes', {}, other),
      text(world, from, 'yes'),
    ]);
    expect(await textsOf(world)).toEqual(['yes']);
    clock.advance(REPEAT_MS + 1);
    await text(world, from, 'yes');
    expect(await textsOf(world)).toEqual(['yes', 'yes']);
  });

  test('with an id is the same message for days', async () => {
    const world = await createWorld();
    const from = aNumber();
    await text(world, from, 'yes', { id: 'a' });
    clock.advance(3_600_000);
    await text(world, from, 'yes', { id: 'a' });
    await text(world, from, 'yes', { id: 'b' });
    expect(await textsOf(world)).toEqual(['yes', 'yes']);
  });

  test('to a number that we do not know is kept for the account, without a service', async () => {
    const world = await createWorld({}, null);
    await text(world, 'INFOBANK', 'hello', { to: '12345' });
    expect(await rowsOf(world)).toMatchObject([{ ourNumber: '12345', serviceId: null, sender: null }]);
    expect(senderOf(app, (await rowsOf(world))[0]!)).toBe('INFOBANK');
  });
});

describe('opting out', () => {
  test.each(['STOP', 'Odjava.', 'ARRÊT', 'baja', 'stopp!'])(
    '%s: the destination is refused until it opts in again',
    async (word) => {
      const world = await createWorld();
      const to = aNumber();
      await text(world, to, word);
      expect(await refusal(start(app, world.who, to))).toBe('destination/opted_out');
      await text(world, to, 'START');
      expect((await start(app, world.who, to)).status).toBe('pending');
      expect((await rowsOf(world)).map(({ kind }) => kind)).toEqual(['opt_out', 'opt_in']);
    },
  );

  test('that races with a start either refuses or ends it', async () => {
    const world = await createWorld();
    const numbers = Array.from({ length: 20 }, aNumber);
    // So each is a destination already.
    await Promise.all(numbers.map((to) => start(app, world.who, to)));
    await Promise.all(
      numbers.flatMap((to) => [start(app, world.who, to).catch(() => undefined), text(world, to, 'STOP')]),
    );
    const rows = await app.db.query.verifications.findMany({ where: { accountId: world.who.accountId } });
    expect(rows.map(({ status, failureReason }) => [status, failureReason])).toEqual(
      numbers.map(() => ['failed', 'blocked']),
    );
  });

  test('of several words in a row the last one counts, also when the carrier brings them together', async () => {
    const world = await createWorld();
    const [a, b] = [aNumber(), aNumber()];
    for (const word of ['STOP', 'START', 'STOP']) await text(world, a, word);
    expect(await refusal(start(app, world.who, a))).toBe('destination/opted_out');
    await Promise.all(['STOP', 'START', 'STOP', 'START'].map((word) => text(world, b, word)));
    expect((await start(app, world.who, b)).status).toBe('pending');
  });

  test('ends what is pending: a queued message is not sent any more', async () => {
    const who = await createTestAccount(app);
    const { id: carrierId } = await connect(who, 'throttling', { throughput: 0.001 });
    const world = { who, carrierId, systemId: '' };
    const to = aNumber();
    // Takes the only place there is for a long time.
    await start(app, who, aNumber());
    const v = await start(app, who, to);
    await text(world, to, 'STOP');
    expect(await stateOf(app, v)).toMatchObject({ status: 'failed', failureReason: 'blocked' });
    expect(await historyOf(app, v)).toContain('VerificationFailed');
    clock.advance(20_000);
    await until(async () => (await messagesOf(app, v))[0]!.status === 'expired');
  });

  test("at a service's number counts for that service only; at the account's number for all", async () => {
    const world = await createWorld();
    const shop = await createService(app, world.who, { name: 'Shop', settings: { coolDownSeconds: 0 } });
    await addInboundNumber(app, world.who, {
      carrierId: world.carrierId,
      number: '12345',
      country: 'HR',
      serviceId: shop.id,
    });
    const [a, b] = [aNumber(), aNumber()];
    await text(world, a, 'STOP', { to: '12345' });
    expect(await refusal(start(app, world.who, a, { serviceId: shop.id }))).toBe('destination/opted_out');
    expect((await start(app, world.who, a)).status).toBe('pending');
    await text(world, b, 'STOP');
    expect(await refusal(start(app, world.who, b, { serviceId: shop.id }))).toBe('destination/opted_out');
    expect(await refusal(start(app, world.who, b))).toBe('destination/opted_out');
  });

  test('says nothing of another account', async () => {
    const [mine, theirs] = [await createWorld(), await createWorld()];
    const to = aNumber();
    await text(mine, to, 'STOP');
    expect((await start(app, theirs.who, to)).status).toBe('pending');
  });

  test('HELP and sentences change nothing', async () => {
    const world = await createWorld();
    const to = aNumber();
    await text(world, to, 'HELP');
    await text(world, to, 'please do not stop');
    expect((await start(app, world.who, to)).status).toBe('pending');
    expect((await rowsOf(world)).map(({ kind }) => kind)).toEqual(['help', 'message']);
  });
});

describe('inbound verification', () => {
  const inbound = (world: World, to: string, more: { serviceId?: ServiceId } = {}) =>
    start(app, world.who, to, { channel: 'inbound_sms', ...more });
  const shown = async (v: VerificationRow) => (await inboundCodeOf(app, v))!;

  test('sends nothing, says which code to text where, and is approved by it', async () => {
    const world = await createWorld();
    const to = aNumber();
    const v = await inbound(world, to);
    expect(v).toMatchObject({ channel: 'inbound_sms', status: 'pending' });
    expect(await inboundNumberOf(app, v)).toBe(OURS);
    await text(world, to, await shown(v));
    expect(await stateOf(app, v)).toMatchObject({ status: 'approved', checksUsed: 1 });
    expect(await historyOf(app, v)).toEqual(['VerificationStarted', 'VerificationApproved']);
    expect(await messagesOf(app, v)).toEqual([]);
    expect(app.simulator!.handsets.messages(to)).toEqual([]);
    expect(await rowsOf(world)).toMatchObject([{ kind: 'verification', verificationId: v.id }]);
    expect(await textsOf(world)).toEqual(['••••••']);
  });

  test.each([
    ['spaces', (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)} `],
    ['Arabic digits', (code: string) => code.replace(/\d/g, (d) => String.fromCodePoint(0x660 + Number(d)))],
    ['a sentence', (code: string) => `Hello, my code is ${code}. Thanks!`],
    [
      'a sentence with another number',
      (code: string) => `It is 7 o'clock on 4 May: ${code.slice(0, 3)}-${code.slice(3)}`,
    ],
  ])('understands a code with %s', async (_what, write) => {
    const world = await createWorld();
    const to = aNumber();
    const v = await inbound(world, to);
    await text(world, to, write(await shown(v)));
    expect(await stateOf(app, v)).toMatchObject({ status: 'approved' });
  });

  test('understands letters in small ones', async () => {
    const world = await createWorld({ codeAlphabet: 'unambiguous' });
    const to = aNumber();
    const v = await inbound(world, to);
    await text(world, to, `my code: ${(await shown(v)).toLowerCase()}`);
    expect(await stateOf(app, v)).toMatchObject({ status: 'approved' });
  });

  test('keeps no code of the sender, also when it looks like any word', async () => {
    const world = await createWorld({ codeAlphabet: 'unambiguous', codeLength: 4 });
    const to = aNumber();
    const v = await start(app, world.who, to);
    // One code in four has no digit.
    const code = await until(async () => {
      const now = await codeOf(app, v);
      if (!/\d/.test(now)) return now;
      await app.sql`UPDATE verifications SET code_nonce = ${app.keys.randomBytes(16)} WHERE id = ${uuidOf(v.id)}`;
      return undefined;
    });
    await text(world, to, `hello ${code.toLowerCase()} there`);
    expect(await textsOf(world)).toEqual(['hello •••••• there']);
  });

  test('finds the code in a part of a long message', async () => {
    const world = await createWorld();
    const to = aNumber();
    const v = await inbound(world, to);
    await text(world, to, `code ${await shown(v)}`, { part: { reference: 1, total: 2, number: 2 } });
    expect(await stateOf(app, v)).toMatchObject({ status: 'approved' });
  });

  test('is not approved by the right code from another number, at a number that is not ours, or typed', async () => {
    const world = await createWorld();
    const to = aNumber();
    const v = await inbound(world, to);
    const code = await shown(v);
    await text(world, aNumber(), code);
    await text(world, to, code, { to: '+385990000000' });
    expect(await stateOf(app, v)).toMatchObject({ status: 'pending', checksUsed: 0 });
    expect(await refusal(checkVerification(app, world.who, { verificationId: v.id, code }))).toBe(
      'verification/wrong_code',
    );
  });

  test('wrong codes count as checks, and the last one ends it', async () => {
    const world = await createWorld({ maxChecks: 2 });
    const to = aNumber();
    const v = await inbound(world, to);
    const code = await shown(v);
    await text(world, to, wrong(code));
    await text(world, to, wrong(code));
    expect(await stateOf(app, v)).toMatchObject({ status: 'pending', checksUsed: 1 });
    await text(world, to, wrong(wrong(code)));
    expect(await stateOf(app, v)).toMatchObject({ status: 'max_checks_reached' });
    await text(world, to, code);
    expect(await historyOf(app, v)).toEqual(['VerificationStarted', 'CodeRejected', 'CodeRejected']);
  });

  test('is approved once, however often the message comes, over several workers', async () => {
    const world = await createWorld();
    const to = aNumber();
    const v = await inbound(world, to);
    const code = await shown(v);
    const ways = [code, ` ${code}`, `code ${code}`, code, `${code}!`];
    await Promise.all(ways.flatMap((said) => [text(world, to, said), text(world, to, said, {}, other)]));
    expect((await historyOf(app, v)).filter((type) => type === 'VerificationApproved')).toHaveLength(1);
  });

  test('is not approved after its end', async () => {
    const world = await createWorld();
    const [a, b] = [aNumber(), aNumber()];
    const [expired, canceled] = [await inbound(world, a), await inbound(world, b)];
    const codes = [await shown(expired), await shown(canceled)];
    await cancelVerification(app, world.who, canceled.id);
    clock.advance(600_001);
    await text(world, a, codes[0]!);
    await text(world, b, codes[1]!);
    await happened(app, expired, 'VerificationExpired');
    expect(await stateOf(app, expired)).toMatchObject({ status: 'expired' });
    expect(await stateOf(app, canceled)).toMatchObject({ status: 'canceled' });
  });

  test('the right code of one service costs the other no check; a wrong one costs both', async () => {
    const world = await createWorld();
    const shop = await createService(app, world.who, { name: 'Shop' });
    const to = aNumber();
    const [a, b] = [await inbound(world, to), await inbound(world, to, { serviceId: shop.id })];
    await text(world, to, wrong(await shown(b)));
    await text(world, to, await shown(b));
    expect(await stateOf(app, a)).toMatchObject({ status: 'pending', checksUsed: 1 });
    expect(await stateOf(app, b)).toMatchObject({ status: 'approved', checksUsed: 2 });
  });

  test('starting again shows the same code, and takes no send; with SMS it goes on over that', async () => {
    const world = await createWorld();
    const to = aNumber();
    const v = await inbound(world, to);
    const again = await inbound(world, to);
    expect(again.id).toBe(v.id);
    expect(again.sendsLeft).toBe(v.sendsLeft);
    expect(await shown(again)).toBe(await shown(v));
    const changed = await start(app, world.who, to);
    expect(changed).toMatchObject({ id: v.id, channel: 'sms' });
    expect(await inboundCodeOf(app, changed)).toBeNull();
    expect((await happened(app, v, 'MessageDelivered')).slice(0, 3)).toEqual([
      'VerificationStarted',
      'ChannelChanged',
      'MessageQueued',
    ]);
  });

  test('needs a number that the destination can text', async () => {
    const world = await createWorld({}, null);
    expect(await refusal(inbound(world, aNumber()))).toBe('input/invalid');
    await addInboundNumber(app, world.who, { carrierId: world.carrierId, number: '12345', country: 'DE' });
    expect(await refusal(inbound(world, aNumber()))).toBe('input/invalid');
    await addInboundNumber(app, world.who, { carrierId: world.carrierId, number: '12345', country: 'HR' });
    expect((await inbound(world, aNumber())).status).toBe('pending');
  });

  test('a repeated start with its idempotency key is answered the same', async () => {
    const world = await createWorld();
    const to = aNumber();
    const more = { channel: 'inbound_sms' as const, idempotencyKey: 'k1' };
    const first = await start(app, world.who, to, more);
    expect((await start(app, world.who, to, more)).id).toBe(first.id);
    expect(await historyOf(app, first)).toEqual(['VerificationStarted']);
  });
});

test('nothing of a message is logged, or goes over the bus', async () => {
  const world = await createWorld();
  const canary = '+385917654321';
  const heard: string[] = [];
  const listener = { onMessage: (payload: string) => void heard.push(payload), onResync: () => undefined };
  const { accountId } = world.who;
  const v = await start(app, world.who, canary, { channel: 'inbound_sms' });
  const channels = [
    inboundChannel(accountId),
    accountChannel(accountId),
    verificationChannel(accountId, v.id),
  ];
  const unsubscribe = await Promise.all(channels.map((channel) => app.bus.subscribe(channel, listener)));
  const code = (await inboundCodeOf(app, v))!;
  const part = { reference: 1, total: 2, number: 1 };
  const said = ['canary words', wrong(code), code, 'STOP', 'HELP', 'canary 482913'];
  for (const one of said) await text(world, canary, one);
  await text(world, canary, 'canary part', { part });
  await text(world, canary, 'canary contradicts', { part }).catch(() => undefined);
  await until(() => heard.length > said.length);
  for (const end of unsubscribe) end();
  const all = [...logged, ...heard].join('\n');
  for (const secret of [canary.slice(1), canary.slice(4), code, wrong(code), '482913', 'canary'])
    // Alone: ids and times have all kinds of digits in a row.
    expect(all).not.toMatch(new RegExp(`(?<![0-9A-Za-z])${secret}(?![0-9A-Za-z])`));
});
