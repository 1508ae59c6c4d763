import { describe, expect, test } from 'vitest';
import type { Retry, SubmitOutcome } from '../../src/carriers/carrier.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { listenRaw, RawPeer } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';

// The peer in this file is not ours: the npm package `smpp`.

const STATUS_ANSWER = (status: number) => ({
  onSubmit: (_pdu: unknown, answer: (fields: Record<string, unknown>) => void) =>
    answer({ command_status: status }),
});

describe('binding', () => {
  test('a transmitter and a receiver share the work of one carrier', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = new TestCarrier(smsc.port, { binds: ['transmitter', 'receiver'], systemType: 'otp' });
    await until(() => smsc.receivers.size === 1);
    await link.up();
    expect(link.carrier.health()).toMatchObject({ state: 'up', inFlight: 0, window: 10 });
    for (const bind of [...smsc.of('bind_transmitter'), ...smsc.of('bind_receiver')]) {
      expect(bind).toMatchObject({
        system_id: 'otpost',
        password: 'secret',
        system_type: 'otp',
        interface_version: 0x34,
      });
    }
    expect(await link.submit()).toMatchObject({ kind: 'accepted', carrierMessageId: '1' });
    expect((await smsc.deliver(receipt('1', 'DELIVRD'))).command_status).toBe(0);
    expect(link.receipts).toMatchObject([{ carrierMessageId: '1', state: 'delivered' }]);
  });

  test('a refused bind says why, takes nothing, and is tried again', async () => {
    let status = 0x0e;
    await using smsc = await ForeignSmsc.start({ bindStatus: () => status });
    await using link = new TestCarrier(smsc.port);
    await until(() => link.carrier.health().problem === 'bind refused: invalid password (0x0e)');
    expect(link.carrier.freeWindow()).toBe(0);
    expect(await link.submit()).toEqual({
      kind: 'unavailable',
      reason: 'bind refused: invalid password (0x0e)',
    });
    status = 0;
    await link.up();
    expect(link.readyCount).toBe(1);
  });

  test('a peer that accepts the socket and never answers the bind is given up, and called again', async () => {
    const calls: RawPeer[] = [];
    await using mute = await listenRaw((socket) => calls.push(new RawPeer(socket)));
    await using link = new TestCarrier(mute.port, { bindTimeoutMs: 50 });
    await until(() => calls.length === 3);
    expect(link.carrier.health().problem).toBe(
      'bind failed: no answer to bind_transceiver within its deadline',
    );
    await Promise.all(calls.slice(0, 2).map(({ closed }) => closed));
  });

  test('nobody there: the health says so, and the link comes up when somebody is', async () => {
    const gone = await ForeignSmsc.start();
    await gone[Symbol.asyncDispose]();
    await using link = new TestCarrier(gone.port);
    await until(() => link.carrier.health().problem?.includes('ECONNREFUSED'));
    await using _smsc = await ForeignSmsc.start({ port: gone.port });
    await link.up();
  });

  test('never two connections at once, however often the peer hangs up', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = new TestCarrier(smsc.port);
    for (let binds = 1; binds <= 5; binds += 1) {
      await until(() => smsc.count('bind_transceiver') === binds);
      expect(smsc.sessions.size).toBe(1);
      for (const session of smsc.sessions) session.destroy();
    }
    await link.up();
  });

  test('a peer that died is found again, and what was in flight is unknown, not failed', async () => {
    const first = await ForeignSmsc.start({ onSubmit: () => {} });
    await using link = await new TestCarrier(first.port).up();
    const outcome = link.submit();
    await until(() => first.count('submit_sm') === 1);
    await first[Symbol.asyncDispose]();
    expect(await outcome).toMatchObject({ kind: 'unknown' });
    expect(await link.submit()).toMatchObject({ kind: 'unavailable' });
    await using second = await ForeignSmsc.start({ port: first.port });
    await link.up();
    expect(await link.submit()).toMatchObject({ kind: 'accepted' });
    expect(second.count('submit_sm')).toBe(1);
  });
});

describe('submitting', () => {
  test('a message arrives as it was meant', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port, {
      vendorTlvs: [{ tag: 0x1400, value: Buffer.from('1101234567890\0') }],
    }).up();
    const outcome = await link.submit({ expiresAt: new Date(Date.now() + 599_500) });
    expect(outcome).toEqual({ kind: 'accepted', carrierMessageId: '1', segments: 1 });
    const [pdu] = smsc.of('submit_sm');
    expect(pdu).toMatchObject({
      source_addr_ton: 5,
      source_addr_npi: 0,
      source_addr: 'Otpost',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '41790000000',
      esm_class: 0,
      registered_delivery: 1,
      data_coding: 0,
      short_message: { message: '123456 is your code' },
      [0x1400]: Buffer.from('1101234567890\0'),
    });
    const validForMs = (pdu!.validity_period as Date).getTime() - Date.now();
    expect(validForMs).toBeGreaterThan(590_000);
    expect(validForMs).toBeLessThanOrEqual(600_000);
  });

  test('senders are numbers, short codes or names, each of its own kind', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    for (const sender of ['+41790000001', '12345', 'My App']) await link.submit({ sender });
    expect(
      smsc.of('submit_sm').map((pdu) => [pdu.source_addr, pdu.source_addr_ton, pdu.source_addr_npi]),
    ).toEqual([
      ['41790000001', 1, 1],
      ['12345', 3, 0],
      ['My App', 5, 0],
    ]);
  });

  test('what cannot be written is refused without being sent', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    const refusals = await Promise.all([
      link.submit({ sender: 'a name too long' }),
      link.submit({ to: '0790000000' }),
      link.submit({ expiresAt: new Date(Date.now() - 1) }),
      link.submit({ text: 'x'.repeat(50_000) }),
    ]);
    expect(refusals.map((it) => it.kind === 'rejected' && [it.error.code, it.retry])).toEqual([
      ['invalid_sender', 'elsewhere'],
      ['invalid_destination', 'never'],
      ['expired', 'never'],
      ['text_too_long', 'never'],
    ]);
    expect(smsc.count('submit_sm')).toBe(0);
  });

  test('a long message is accepted when all its segments are, under the id of the first', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port, { window: 2 }).up();
    const text = 'Ваш код 123456. '.repeat(20);
    const outcome = await link.submit({ text });
    expect(outcome).toEqual({
      kind: 'accepted',
      carrierMessageId: '1',
      segments: 5,
      parts: { others: ['2', '3', '4', '5'], receipts: 'auto' },
    });
    const pdus = smsc.of('submit_sm');
    expect(pdus.map((pdu) => (pdu.short_message as { message: string }).message).join('')).toBe(text);
    expect(pdus.map((pdu) => pdu.esm_class)).toEqual([0x40, 0x40, 0x40, 0x40, 0x40]);
    expect(pdus.map((pdu) => pdu.data_coding)).toEqual([8, 8, 8, 8, 8]);
    expect(pdus.map((pdu) => pdu.registered_delivery)).toEqual([1, 1, 1, 1, 1]);
  });

  test('a long message of which one segment is refused is refused', async () => {
    let segment = 0;
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => answer({ command_status: ++segment === 2 ? 0x58 : 0, message_id: 'a' }),
    });
    await using link = await new TestCarrier(smsc.port).up();
    expect(await link.submit({ text: 'x'.repeat(300) })).toMatchObject({
      kind: 'rejected',
      error: { code: 'incomplete' },
      retry: 'once',
    });
  });

  test('the window is never exceeded, and its free places are told', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => {
        waiting.push(() => answer({ message_id: 'a' }));
        most = Math.max(most, waiting.length);
      },
    });
    await using link = await new TestCarrier(smsc.port, { window: 4 }).up();
    const outcomes = Array.from({ length: 6 }, () => link.submit());
    await until(() => waiting.length === 4);
    expect(link.carrier.freeWindow()).toBe(0);
    expect(link.carrier.inFlightShare()).toBe(1);
    expect(link.carrier.health()).toMatchObject({ inFlight: 4, window: 4 });
    expect(await Promise.all(outcomes.slice(4))).toEqual(
      Array(2).fill({ kind: 'unavailable', reason: 'the window is full' }),
    );
    const readyBefore = link.readyCount;
    waiting.splice(0, 1)[0]!();
    await outcomes[0];
    expect(link.readyCount).toBe(readyBefore + 1);
    expect(link.carrier.freeWindow()).toBe(1);
    for (const answer of waiting) answer();
    await Promise.all(outcomes);
    expect(most).toBe(4);
    expect(link.carrier.freeWindow()).toBe(4);
  });

  test('a deadline that passes after the write is unknown, and gives its place back', async () => {
    await using smsc = await ForeignSmsc.start({ onSubmit: () => {} });
    await using link = await new TestCarrier(smsc.port, { responseTimeoutMs: 50 }).up();
    expect(await link.submit()).toEqual({
      kind: 'unknown',
      reason: 'no answer to submit_sm within its deadline',
    });
    expect(smsc.count('submit_sm')).toBe(1);
    expect(link.carrier.freeWindow()).toBe(10);
  });

  test.each<[string, number, Partial<SubmitOutcome>]>([
    ['permanent', 0x0b, rejected('0x0000000b', 'invalid destination address', 'never')],
    ['sender', 0x0a, rejected('0x0000000a', 'invalid source address', 'elsewhere')],
    ['temporary', 0x08, rejected('0x00000008', 'system error', 'later')],
    ['ambiguous', 0x45, rejected('0x00000045', 'submit failed', 'once')],
    ['throttle', 0x58, { kind: 'throttled' }],
    ['queue full', 0x14, { kind: 'throttled' }],
    ['undocumented', 0x4ff, rejected('0x000004ff', 'vendor specific error', 'once')],
  ])('a %s refusal (%i) is told as what it is', async (_class, status, outcome) => {
    await using smsc = await ForeignSmsc.start(STATUS_ANSWER(status));
    await using link = await new TestCarrier(smsc.port).up();
    expect(await link.submit()).toMatchObject(outcome);
  });

  test("a carrier's own meaning of a status goes before the common one", async () => {
    await using smsc = await ForeignSmsc.start(STATUS_ANSWER(0x14));
    await using link = await new TestCarrier(smsc.port, { statusOverrides: { 0x14: 'permanent' } }).up();
    expect(await link.submit()).toMatchObject({ kind: 'rejected', retry: 'never' });
  });

  test('a refusal of the link fails no message, and the link is bound anew', async () => {
    let status = 0x04;
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => answer({ command_status: status, message_id: 'a' }),
    });
    await using link = await new TestCarrier(smsc.port).up();
    expect(await link.submit()).toEqual({
      kind: 'unavailable',
      reason: 'submit refused: wrong bind state for this command (0x04)',
    });
    status = 0;
    await until(() => smsc.count('bind_transceiver') === 2);
    expect(smsc.count('unbind')).toBe(1);
    await link.up();
    expect(await link.submit()).toMatchObject({ kind: 'accepted' });
  });
});

describe('pace', () => {
  test('a throttling carrier is backed off from, as a whole, until it recovers', async () => {
    let status = 0;
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => answer({ command_status: status, message_id: 'a' }),
    });
    await using link = await new TestCarrier(smsc.port, { throughput: 200 }).up();
    for (let sent = 0; sent < 20;) {
      if ((await link.submit()).kind === 'accepted') sent += 1;
      else await until(() => link.carrier.freeWindow() > 0, { everyMs: 1 });
    }
    status = 0x58;
    // It must be the carrier that refuses, not our own bucket, which the twentieth may have emptied.
    await until(() => link.carrier.freeWindow() > 0, { everyMs: 1 });
    const refused = await link.submit();
    await until(() => link.carrier.health().problem);
    expect(refused.kind).toBe('throttled');
    expect(link.carrier.health().problem).toMatch(/^throttled: down to 1\d segments\/s$/);
    expect(link.carrier.health().state).toBe('up');
    expect(link.carrier.freeWindow()).toBe(0);
    expect(await link.submit()).toMatchObject({ kind: 'throttled' });
    status = 0;
    const ready = link.readyCount;
    await until(() => link.readyCount > ready);
    expect(await link.submit()).toMatchObject({ kind: 'accepted' });
  });

  test('the throughput of the contract is kept, counted in segments', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port, { throughput: 100, window: 50 }).up();
    const startedAt = performance.now();
    for (let sent = 0; sent < 30;) {
      const outcome = await link.submit({ text: 'x'.repeat(200) });
      if (outcome.kind === 'accepted') sent += 1;
      else await until(() => link.carrier.freeWindow() > 0, { everyMs: 1 });
    }
    // 60 segments at 100/s, less the burst of a tenth of a second and one overdrawn message.
    expect(performance.now() - startedAt).toBeGreaterThan(460);
    expect(smsc.count('submit_sm')).toBe(60);
  });
});

describe('receipts', () => {
  test('are acknowledged only after they were taken', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    let take = () => {};
    link.onReceipt = () => new Promise((resolve) => (take = resolve));
    let answered = false;
    const answer = smsc.deliver(receipt('1', 'DELIVRD')).finally(() => (answered = true));
    await until(() => link.receipts.length === 1);
    expect(await link.submit()).toMatchObject({ kind: 'accepted' });
    expect(answered).toBe(false);
    take();
    expect((await answer).command_status).toBe(0);
  });

  test('that were not taken are asked for again', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    link.onReceipt = () => Promise.reject(new Error('no database'));
    expect((await smsc.deliver(receipt('1', 'DELIVRD'))).command_status).toBe(0x64);
  });

  test('are read from text and from TLVs, in the order of their arrival', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    await Promise.all([
      smsc.deliver(receipt('1', 'ACCEPTD')),
      smsc.deliver({ esm_class: 0x04, receipted_message_id: '2', message_state: 5 }),
      smsc.deliver(receipt('3', 'UNDELIV', '034')),
      smsc.deliver({ ...receipt('4', 'DELIVRD'), data_coding: 8 }),
    ]);
    expect(link.receipts.map(({ carrierMessageId, state }) => [carrierMessageId, state])).toEqual([
      ['1', 'enroute'],
      ['2', 'undelivered'],
      ['3', 'undelivered'],
      ['4', 'delivered'],
    ]);
    expect(link.receipts[2]!.error).toMatchObject({ code: '034' });
    expect(link.receipts[0]!.carrierId).toBe(link.carrier.id);
    expect(Math.abs(link.receipts[0]!.receivedAt.getTime() - Date.now())).toBeLessThan(10_000);
  });

  test.each([
    ['same', '000ABc', '0abc', 'abc'],
    ['decimalToHex', '00FF', '255', 'ff'],
    ['hexToDecimal', '0255', 'ff', '255'],
  ] as const)('of the form %s name the id of the submit', async (receiptIdForm, submitId, receiptId, id) => {
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => answer({ message_id: submitId }),
    });
    await using link = await new TestCarrier(smsc.port, { receiptIdForm }).up();
    expect(await link.submit()).toMatchObject({ carrierMessageId: id });
    await smsc.deliver(receipt(receiptId, 'DELIVRD'));
    expect(link.receipts).toMatchObject([{ carrierMessageId: id }]);
  });

  test('that name no message, and messages from handsets, are acknowledged and dropped', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    expect((await smsc.deliver({ esm_class: 4, short_message: 'what?' })).command_status).toBe(0);
    expect((await smsc.deliver({ short_message: 'STOP' })).command_status).toBe(0);
    expect(link.receipts).toEqual([]);
  });
});

describe('closing', () => {
  test('waits for the answers, then unbinds', async () => {
    const waiting: (() => void)[] = [];
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => waiting.push(() => answer({ message_id: 'a' })),
    });
    await using link = await new TestCarrier(smsc.port).up();
    const outcome = link.submit();
    await until(() => waiting.length === 1);
    const closed = link.carrier.close(10_000);
    expect(await link.submit()).toMatchObject({ kind: 'unavailable' });
    expect(smsc.count('unbind')).toBe(0);
    waiting[0]!();
    expect(await outcome).toMatchObject({ kind: 'accepted' });
    await closed;
    expect(smsc.count('unbind')).toBe(1);
    expect(link.carrier.health()).toMatchObject({ state: 'closed', inFlight: 0, window: 10 });
    await until(() => smsc.sessions.size === 0);
  });

  test('does not wait for ever', async () => {
    await using smsc = await ForeignSmsc.start({ onSubmit: () => {} });
    await using link = await new TestCarrier(smsc.port).up();
    const outcome = link.submit();
    await link.carrier.close(50);
    expect(await outcome).toMatchObject({ kind: 'unknown' });
    expect(smsc.count('unbind')).toBe(1);
  });

  test('ends a link that is only trying to come up', async () => {
    const gone = await ForeignSmsc.start();
    await gone[Symbol.asyncDispose]();
    await using link = new TestCarrier(gone.port, { reconnect: { minMs: 60_000, maxMs: 60_000 } });
    await until(() => link.carrier.health().state === 'down');
    await link.carrier.close(60_000);
    expect(link.carrier.health().state).toBe('closed');
  });
});

function receipt(id: string, stat: string, err = '000') {
  return {
    esm_class: 0x04,
    source_addr: '41790000000',
    destination_addr: 'Otpost',
    short_message: `id:${id} sub:001 dlvrd:001 submit date:2501011200 done date:2501011201 stat:${stat} err:${err} text:hi`,
  };
}

function rejected(code: string, message: string, retry: Retry): SubmitOutcome {
  return { kind: 'rejected', error: { code, message }, retry };
}
