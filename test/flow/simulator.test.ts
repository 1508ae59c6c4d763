import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/carriers/smpp/text.ts';
import type { HandsetMessage } from '../../src/simulator/handsets.ts';
import { PROFILES } from '../../src/simulator/profile.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { ForeignEsme } from '../support/foreign-esme.ts';
import { RawPeer } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';

const TO = '+385911234567';

const start = (options: Partial<SimulatorOptions> = {}) =>
  createSimulator({ smppPort: 0, httpPort: 0, random: seededRandom(1), ...options });

const bindAs = (simulator: Simulator, systemId: string) => ForeignEsme.bind(simulator.smppPort, { systemId });

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

const messagesOf = (simulator: Simulator, number: string, query = '') =>
  getJson<HandsetMessage[]>(`${simulator.url}/handsets/${number}/messages${query}`);

const putCarrier = (simulator: Simulator, systemId: string, body: string) =>
  fetch(`${simulator.url}/carriers/${systemId}`, { method: 'PUT', body });

describe('profiles', () => {
  test('normal: answers, delivers to the handset, and reports with the same id in text and TLV', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'normal');
    const { status, id } = await esme.submit(TO, 'Your code is 123456');
    expect(status).toBe(0);
    const receipt = await until(() => esme.receipts[0]);
    expect(receipt).toMatchObject({
      carrierMessageId: id,
      tlvId: id,
      state: 'delivered',
      from: '385911234567',
    });
    expect(esme.log).toEqual([`response ${id}`, `receipt ${id} DELIVRD`]);
    const messages = await messagesOf(simulator, TO);
    expect(messages).toMatchObject([{ from: 'Otpost', text: 'Your code is 123456' }]);
    expect(Date.parse(messages[0]!.receivedAt)).toBeGreaterThan(Date.now() - 10_000);
  });

  test('instant: answers and delivers without delay', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'instant');
    await esme.submit(TO, '1');
    await until(() => esme.receipts.length === 1);
    expect(simulator.handsets.messages(TO)).toHaveLength(1);
  });

  test('slow: takes its time for the answer and for the receipt', async () => {
    let now = 1_800_000_000_000;
    await using simulator = await start({ clock: () => now });
    await using esme = await bindAs(simulator, 'slow');
    void esme.submit(TO, '1');
    await until(async () =>
      (await getJson<{ submits: number }[]>(`${simulator.url}/carriers`)).some((c) => c.submits),
    );
    expect(esme.log).toEqual([]);
    now += 2_000;
    await until(() => esme.log.length === 1);
    expect(esme.log[0]).toMatch(/^response/);
    expect(simulator.handsets.messages(TO)).toEqual([]);
    now += 6_000;
    await until(() => esme.log.length === 2);
    expect(simulator.handsets.messages(TO)).toHaveLength(1);
  });

  test('throttling: answers 0x58 above its rate, and takes messages again in the next second', async () => {
    let now = 1_800_000_000_000;
    await using simulator = await start({ clock: () => now });
    simulator.change('throttling', { profile: 'throttling', responseMs: [0, 0], receiptMs: [0, 0] });
    await using esme = await bindAs(simulator, 'throttling');
    const answers = await Promise.all(Array.from({ length: 60 }, () => esme.submit(TO, '1')));
    expect(answers.filter(({ status }) => status === 0)).toHaveLength(50);
    expect(answers.filter(({ status }) => status === 0x58)).toHaveLength(10);
    now += 1_000;
    expect((await esme.submit(TO, '1')).status).toBe(0);
    await until(() => esme.receipts.length === 51);
  });

  test('rejecting: refuses every message with its status, and delivers none', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'rejecting');
    expect((await esme.submit(TO, '1')).status).toBe(0x45);
    simulator.change('rejecting', { profile: 'rejecting', refusalStatus: 0x0b });
    expect((await esme.submit(TO, '1')).status).toBe(0x0b);
    expect(simulator.handsets.messages(TO)).toEqual([]);
  });

  test('undelivered: reports a failure with its number, and the handset stays empty', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'undelivered');
    await esme.submit(TO, '1');
    const receipt = await until(() => esme.receipts[0]);
    expect(receipt).toMatchObject({ stat: 'UNDELIV', state: 'undelivered', tlvId: undefined });
    expect(Number(receipt.error?.code)).toBeGreaterThan(0);
    expect(simulator.handsets.messages(TO)).toEqual([]);
  });

  test('blackhole: accepts and nothing ever follows', async () => {
    await using simulator = await start({ profiles: { black: 'blackhole' } });
    simulator.change('black', { profile: 'blackhole', receiptMs: [0, 0] });
    await using esme = await bindAs(simulator, 'black');
    expect((await esme.submit(TO, '1')).status).toBe(0);
    // What comes after it on the same session shows that its time has passed.
    simulator.change('black', 'instant');
    await esme.submit('+385911234568', '2');
    await until(() => esme.receipts.length === 1);
    expect(esme.receipts[0]!.from).toBe('385911234568');
    expect(simulator.handsets.messages(TO)).toEqual([]);
  });

  test('silent: never answers the submit, but keeps the link alive', async () => {
    await using simulator = await start({ profiles: { mute: 'silent' } });
    await using esme = await bindAs(simulator, 'mute');
    void esme.submit(TO, '1');
    expect(await esme.unbind()).toBe(0);
    expect(esme.log).toEqual([]);
    expect(simulator.handsets.messages(TO)).toEqual([]);
  });

  test('earlyReceipt: the receipt comes before the response', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'earlyReceipt');
    const { id } = await esme.submit(TO, '1');
    expect(esme.log).toEqual([`receipt ${id} DELIVRD`, `response ${id}`]);
  });

  test('duplicates: every receipt twice, the text once', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'duplicates');
    const { id } = await esme.submit(TO, '1');
    await until(() => esme.receipts.length === 2);
    expect(esme.log).toEqual([`response ${id}`, `receipt ${id} DELIVRD`, `receipt ${id} DELIVRD`]);
    expect(simulator.handsets.messages(TO)).toHaveLength(1);
  });

  test('outOfOrder: the final receipt first, then what should have come before it', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'outOfOrder');
    await esme.submit(TO, '1');
    await until(() => esme.receipts.length === 3);
    expect(esme.receipts.map(({ stat }) => stat)).toEqual(['DELIVRD', 'ACCEPTD', 'ENROUTE']);
  });

  test('hexIds: hex in the response, decimal in the receipt', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'hexIds');
    const { id } = await esme.submit(TO, '1');
    const receipt = await until(() => esme.receipts[0]);
    expect(receipt.tlvId).toBeUndefined();
    expect(receipt.carrierMessageId).toBe(BigInt(`0x${id}`).toString());
    expect(receipt.carrierMessageId).not.toBe(id);
  });

  test('sameId: one id for all messages', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'sameId');
    const [first, second] = await Promise.all([esme.submit(TO, '1'), esme.submit(TO, '2')]);
    expect(first.id).toBe(second.id);
    await until(() => esme.receipts.length === 2);
  });

  test('garbage: rubbish instead of a response', async () => {
    await using simulator = await start();
    simulator.change('garbage', { profile: 'garbage', rubbishShare: 1 });
    await using peer = await RawPeer.connect(simulator.smppPort);
    const chunks: Buffer[] = [];
    peer.socket.removeAllListeners('data');
    peer.socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    peer.socket.write(BIND_AS_GARBAGE);
    await until(() => chunks.length === 1);
    peer.socket.write(SUBMIT);
    const answer = await until(() => chunks[1]);
    expect(answer.readUInt32BE(4)).not.toBe(0x80000004);
  });

  test('flaky: the link breaks instead of the response, and the receipt waits for the next bind', async () => {
    await using simulator = await start();
    simulator.change('flaky', { profile: 'flaky', hangUpShare: 1, receiptMs: [0, 0] });
    await using esme = await bindAs(simulator, 'flaky');
    void esme.submit(TO, '1');
    await esme.closed;
    await until(() => simulator.handsets.messages(TO).length === 1);
    await using next = await bindAs(simulator, 'flaky');
    await until(() => next.receipts.length === 1);
    expect(esme.log).toEqual([]);
  });

  test('every profile’s name can bind as a system id', async () => {
    await using simulator = await start();
    for (const name of Object.keys(PROFILES)) {
      await using esme = await bindAs(simulator, name);
      expect([name, esme.bindStatus]).toEqual([name, 0]);
    }
  });
});

describe('binds', () => {
  test('an unknown system id, a wrong password and a second bind are refused with their codes', async () => {
    await using simulator = await start({ password: 'secret' });
    await using esme = await ForeignEsme.connect(simulator.smppPort);
    expect(await esme.bind({ systemId: 'nobody', password: 'secret' })).toBe(0x0f);
    expect(await esme.bind({ systemId: 'normal', password: 'wrong' })).toBe(0x0e);
    expect(await esme.bind({ systemId: 'normal', password: 'secret' })).toBe(0);
    expect(await esme.bind({ systemId: 'normal', password: 'secret' })).toBe(0x05);
  });

  test('nothing can be submitted before the bind, nor over a receiver', async () => {
    await using simulator = await start();
    await using esme = await ForeignEsme.connect(simulator.smppPort);
    expect((await esme.submit(TO, '1')).status).toBe(0x04);
    await esme.bind({ systemId: 'instant', mode: 'receiver' });
    expect((await esme.submit(TO, '1')).status).toBe(0x04);
  });

  test('a transmitter’s receipts go to a receiver of the same system id, and wait while there is none', async () => {
    await using simulator = await start({ profiles: { other: 'instant' } });
    await using other = await bindAs(simulator, 'other');
    await using sender = await ForeignEsme.bind(simulator.smppPort, {
      systemId: 'instant',
      mode: 'transmitter',
    });
    const { id } = await sender.submit(TO, '1');
    await until(() => simulator.handsets.messages(TO).length === 1);
    await using receiver = await ForeignEsme.bind(simulator.smppPort, {
      systemId: 'instant',
      mode: 'receiver',
    });
    await until(() => receiver.log.length === 1);
    await sender.submit(TO, '2');
    await until(() => receiver.log.length === 2);
    expect(receiver.log[0]).toBe(`receipt ${id} DELIVRD`);
    expect([...sender.receipts, ...other.receipts]).toEqual([]);
  });

  test('a receipt that is refused is brought again', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'instant');
    esme.receiptStatus = 0x08;
    await esme.submit(TO, '1');
    await until(() => esme.receipts.length === 2);
    esme.receiptStatus = 0;
    await until(() => esme.receipts.length === 3);
    expect(new Set(esme.receipts.map(({ carrierMessageId }) => carrierMessageId)).size).toBe(1);
  });
});

describe('submits', () => {
  test('a receipt that would come after the validity period says EXPIRED, and nothing is delivered', async () => {
    await using simulator = await start();
    simulator.change('slow', { profile: 'slow', responseMs: [0, 0], receiptMs: [60_000, 60_000] });
    await using esme = await bindAs(simulator, 'slow');
    await esme.submit(TO, '1', { validity_period: '000000000001000R' });
    const receipt = await until(() => esme.receipts[0]);
    expect(receipt).toMatchObject({ stat: 'EXPIRED', state: 'undelivered' });
    expect(simulator.handsets.messages(TO)).toEqual([]);
  });

  test('a destination that is no number is refused', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'instant');
    expect((await esme.submit('nobody', '1')).status).toBe(0x0b);
  });

  test('no receipt is sent that was not asked for', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'instant');
    await esme.submit(TO, '1', { registered_delivery: 0 });
    await esme.submit(TO, '2', { registered_delivery: 2 });
    const { id } = await esme.submit(TO, '3');
    await until(() => esme.receipts.length === 1);
    expect(esme.receipts[0]!.carrierMessageId).toBe(id);
    expect(simulator.handsets.messages(TO).map(({ text }) => text)).toEqual(['1', '2', '3']);
  });

  test('a long text in any script shows up once and whole, however its parts are ordered', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'instant');
    for (const text of ['Kôd [€] '.repeat(60), '😀 kod je 123456 '.repeat(20), 'a'.repeat(500)]) {
      const { segments, dataCoding } = encodeText(text, { reference: 7 });
      expect(segments.length).toBeGreaterThan(2);
      const answers = await Promise.all(
        segments
          .toReversed()
          .map((segment) => esme.submit(TO, segment, { esm_class: 0x40, data_coding: dataCoding })),
      );
      expect(new Set(answers.map(({ id }) => id)).size).toBe(segments.length);
      await until(() => simulator.handsets.messages(TO).at(-1)?.text === text);
    }
    expect(simulator.handsets.messages(TO)).toHaveLength(3);
  });

  test('thousands of messages each get one response, one receipt and one text', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'normal');
    const count = 3_000;
    const number = (i: number) => `+3859${String(10_000_000 + i)}`;
    const answers = await Promise.all(
      Array.from({ length: count }, (_, i) => esme.submit(number(i), `code ${i}`)),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(count);
    await until(() => esme.receipts.length === count);
    expect(new Set(esme.receipts.map(({ carrierMessageId }) => carrierMessageId))).toEqual(
      new Set(answers.map(({ id }) => id)),
    );
    for (const i of [0, 1, count - 1]) {
      expect(simulator.handsets.messages(number(i))).toMatchObject([{ text: `code ${i}` }]);
    }
  });
});

describe('HTTP', () => {
  test('a handset answers with and without a plus, newest last, empty when nothing came', async () => {
    await using simulator = await start();
    expect(await messagesOf(simulator, TO)).toEqual([]);
    simulator.handsets.deliver(TO, { from: 'A', text: 'one' }, 1_800_000_000_000);
    simulator.handsets.deliver(TO, { from: 'A', text: 'two' }, 1_800_000_000_000);
    const expected = [
      { from: 'A', text: 'one', receivedAt: '2027-01-15T08:00:00.000Z' },
      { from: 'A', text: 'two', receivedAt: '2027-01-15T08:00:00.001Z' },
    ];
    for (const form of [TO, '385911234567', '%2B385911234567']) {
      expect(await messagesOf(simulator, form)).toEqual(expected);
    }
    expect(await messagesOf(simulator, TO, '?after=1')).toEqual(expected.slice(1));
    expect(await messagesOf(simulator, TO, `?after=${expected[0]!.receivedAt}`)).toEqual(expected.slice(1));
  });

  test('a waiting reader is answered as soon as the text is there', async () => {
    await using simulator = await start();
    await using esme = await bindAs(simulator, 'normal');
    const waiting = messagesOf(simulator, TO, '?after=0&waitMs=20000');
    await esme.submit(TO, 'hello');
    expect(await waiting).toMatchObject([{ text: 'hello' }]);
    expect(await messagesOf(simulator, TO, '?after=1&waitMs=1')).toEqual([]);
  });

  test('a carrier’s profile changes at run time', async () => {
    await using simulator = await start({ profiles: { 'demo-a': 'instant' } });
    await using esme = await bindAs(simulator, 'demo-a');
    expect((await esme.submit(TO, '1')).status).toBe(0);
    const answer = await putCarrier(simulator, 'demo-a', '{ "profile": "rejecting" }');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      systemId: 'demo-a',
      profile: 'rejecting',
      binds: 1,
      submits: 1,
    });
    expect((await esme.submit(TO, '1')).status).toBe(0x45);
    const carriers = await getJson<object[]>(`${simulator.url}/carriers`);
    expect(carriers[0]).toMatchObject({ systemId: 'demo-a', profile: 'rejecting', submits: 2 });
  });

  test.each([
    ['demo-a', '{ "profile": "nonsense" }', 400, /"profile".*must be one of normal, /],
    ['demo-a', '{ "profile": "normal", "refusedShare": 2 }', 400, /"refusedShare"/],
    ['demo-a', '{ "profile": "normal", "colour": 2 }', 400, /colour/],
    ['demo-a', '{ "profile": "normal", "responseMs": [9, 1] }', 400, /"responseMs".*must not exceed/],
    ['demo-a', 'rubbish', 400, /must be JSON/],
    ['demo-a', '[]', 400, /expected object/],
    ['demo-a', 'x'.repeat(20_000), 413, /exceeds/],
    ['nobody', '{ "profile": "normal" }', 404, /no carrier "nobody".*demo-a/],
  ])('a change that cannot be says what is allowed (%#)', async (systemId, body, status, message) => {
    await using simulator = await start({ profiles: { 'demo-a': 'normal' } });
    const answer = await putCarrier(simulator, systemId, body);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { error: string }).error).toMatch(message);
  });

  test.each([
    ['/handsets/nobody/messages', 400],
    ['/handsets/%E0%A4%A/messages', 400],
    [`/handsets/${TO}/messages?after=yesterday`, 400],
    [`/handsets/${TO}/messages?waitMs=99999999`, 400],
    [`/handsets/${TO}/messages?waitMs=x`, 400],
    ['/nothing', 404],
    [`/handsets/${TO}/messages/1/2`, 404],
    ['/health', 200],
    ['/handsets', 200],
  ])('%s answers %i', async (path, status) => {
    await using simulator = await start();
    const answer = await fetch(simulator.url + path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/json');
    await answer.arrayBuffer();
  });

  test('a handset sends texts to whoever is bound, which come again until they are taken', async () => {
    await using simulator = await start();
    const text = (body: unknown, headers: Record<string, string> = {}) =>
      fetch(`${simulator.url}/handsets/${TO}/messages`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers,
      });
    const message = { to: '12345', text: 'STOP' };
    expect((await text(message)).status).toBe(409);
    await using peer = await RawPeer.connect(simulator.smppPort);
    peer.socket.write(pdu(0x01, 'normal\0\0\0\x34\0\0\0'));
    await until(async () => (await text(message)).status === 202);
    const [first] = await until(() => {
      const delivered = peer.pdus.filter((one) => one.command === 'deliver_sm');
      return delivered.length > 0 ? delivered : undefined;
    });
    expect(first).toMatchObject({ sourceAddr: TO.slice(1), destinationAddr: '12345', esmClass: 0 });
    // 0x64: not taken now.
    const refusal = Buffer.alloc(17);
    [17, 0x80000005, 0x64, first!.sequence].forEach((value, i) => refusal.writeUInt32BE(value, i * 4));
    peer.socket.write(refusal);
    await until(() => peer.pdus.filter((one) => one.command === 'deliver_sm').length > 1);
    expect((await text({ ...message, carrier: 'slow' })).status).toBe(409);
    for (const bad of [{ to: 'me', text: 'x' }, { to: '12345' }, { ...message, carrier: 7 }, null])
      expect((await text(bad)).status).toBe(400);
    expect((await text(message, { origin: 'https://elsewhere.example' })).status).toBe(403);
  });

  test('a person finds a page at the root and at each handset', async () => {
    await using simulator = await start();
    for (const path of ['/', `/handsets/${TO}`]) {
      const page = await fetch(simulator.url + path);
      expect(page.headers.get('content-type')).toContain('text/html');
      expect(await page.text()).toContain('<h1');
    }
  });
});

describe('closing', () => {
  test('it unbinds its sessions, answers those who wait, and frees both ports', async () => {
    const simulator = await start();
    await using esme = await bindAs(simulator, 'slow');
    await using idle = await RawPeer.connect(simulator.smppPort);
    void esme.submit(TO, '1');
    const waiting = fetch(`${simulator.url}/handsets/${TO}/messages?after=0&waitMs=30000`).catch(
      () => 'gone',
    );
    await until(async () =>
      (await getJson<{ submits: number }[]>(`${simulator.url}/carriers`)).some((c) => c.submits),
    );
    const { smppPort, httpPort } = simulator;
    await simulator.close();
    await Promise.all([esme.closed, idle.closed]);
    expect(await waiting).toBe('gone');
    for (const port of [smppPort, httpPort]) {
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
    }
    await simulator.close();
  });

  test('a taken port is an error, and leaves the other one free', async () => {
    await using simulator = await start();
    await expect(start({ smppPort: simulator.smppPort })).rejects.toThrow(/EADDRINUSE/);
    await expect(start({ httpPort: simulator.httpPort })).rejects.toThrow(/EADDRINUSE/);
  });
});

const pdu = (id: number, body: string) => {
  const octets = Buffer.from(body, 'latin1');
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + octets.length, 0);
  header.writeUInt32BE(id, 4);
  header.writeUInt32BE(1, 12);
  return Buffer.concat([header, octets]);
};
const BIND_AS_GARBAGE = pdu(0x09, 'garbage\0\0\0\x34\0\0\0');
const SUBMIT = pdu(0x04, '\0\x05\0Otpost\0\x01\x01385911234567\0\0\0\0\0\0\x01\0\0\0\x011');
