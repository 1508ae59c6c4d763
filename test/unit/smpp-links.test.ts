import { describe, expect, test } from 'vitest';
import { SmppCarrierConfig } from '../../src/carriers/smpp/config.ts';
import { linkOptions } from '../../src/carriers/smpp/link-options.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { listenRaw, RawPeer } from '../support/smpp-peers.ts';
import { until } from '../support/until.ts';

// The peer in this file is not ours: the npm package `smpp`.

function configured(port: number, config: Partial<SmppCarrierConfig>): TestCarrier {
  const base = { kind: 'smpp', host: '127.0.0.1', port, systemId: 'otpost' } as const;
  return new TestCarrier(port, linkOptions(SmppCarrierConfig.parse({ ...base, ...config })));
}

describe('several links of a carrier', () => {
  test('bind one after the other, never two at once', async () => {
    const calls: RawPeer[] = [];
    await using mute = await listenRaw((socket) => calls.push(new RawPeer(socket)));
    await using _link = new TestCarrier(mute.port, {
      binds: ['transceiver', 'transceiver', 'transceiver'],
      bindTimeoutMs: 60,
    });
    let open = 0;
    let most = 0;
    for (let seen = 0; seen < 6; seen++) {
      await until(() => calls.length > seen);
      most = Math.max(most, (open += 1));
      void calls[seen]!.closed.then(() => (open -= 1));
    }
    expect(most).toBe(1);
  });

  test('share the submits by their free windows', async () => {
    const waiting: (() => void)[] = [];
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => waiting.push(() => answer({ message_id: 'a' })),
    });
    await using link = configured(smsc.port, { bindCount: 3, window: 4 });
    await until(() => link.carrier.freeWindow() === 12);
    const outcomes = Array.from({ length: 9 }, () => link.submit());
    await until(() => waiting.length === 9);
    const perSession = new Map<unknown, number>();
    for (const pdu of smsc.of('submit_sm'))
      perSession.set(smsc.sessionOf(pdu), (perSession.get(smsc.sessionOf(pdu)) ?? 0) + 1);
    expect([...perSession.values()]).toEqual([3, 3, 3]);
    const bind = { mode: 'transceiver', state: 'up', inFlight: 3, window: 4 };
    expect(link.carrier.health()).toMatchObject({
      ...{ state: 'up', inFlight: 9, window: 12 },
      binds: [bind, bind, bind],
    });
    for (const answer of waiting) answer();
    await Promise.all(outcomes);
  });

  test('carry on without the one that is lost, which comes back', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = configured(smsc.port, { bindCount: 2, window: 5 });
    await until(() => link.carrier.freeWindow() === 10);
    [...smsc.sessions][0]!.destroy();
    await until(() => link.carrier.freeWindow() === 5);
    expect(link.carrier.health()).toMatchObject({
      state: 'up',
      problem: expect.stringMatching(/link lost/) as string,
    });
    for (let sent = 0; sent < 5; sent++) expect(await link.submit()).toMatchObject({ kind: 'accepted' });
    await until(() => link.carrier.freeWindow() === 10);
    expect(link.carrier.health().problem).toBeUndefined();
  });

  test('carry on where the carrier allows fewer than are configured, and say so', async () => {
    let bound = 0;
    await using smsc = await ForeignSmsc.start({ bindStatus: () => (++bound === 1 ? 0 : 0x05) });
    await using link = configured(smsc.port, { bindCount: 2 });
    await until(() => link.carrier.health().problem !== undefined);
    expect(link.carrier.health()).toMatchObject({
      state: 'up',
      problem: 'bind refused: already bound (0x05)',
      inFlight: 0,
      window: 100,
      binds: [{ state: 'up' }, { state: expect.stringMatching(/^(down|connecting)$/) as string }],
    });
    expect(link.carrier.freeWindow()).toBe(50);
    expect(await link.submit()).toMatchObject({ kind: 'accepted' });
  });

  test('lose only what was on the lost one, and that is unknown', async () => {
    const answers = new Map<string, () => void>();
    await using smsc = await ForeignSmsc.start({
      onSubmit: (pdu, answer) =>
        answers.set(pdu.destination_addr as string, () => answer({ message_id: 'a' })),
    });
    await using link = configured(smsc.port, { bindCount: 2, window: 2 });
    await until(() => link.carrier.freeWindow() === 4);
    const numbers = ['+41790000001', '+41790000002', '+41790000003', '+41790000004'];
    const outcomes = numbers.map((to) => link.submit({ to }));
    await until(() => answers.size === 4);
    const lost = smsc.sessionOf(smsc.of('submit_sm')[0]!);
    const onLost = numbers.map((to) =>
      smsc
        .of('submit_sm')
        .some((pdu) => `+${pdu.destination_addr as string}` === to && smsc.sessionOf(pdu) === lost),
    );
    lost.destroy();
    await until(() => link.carrier.health().inFlight === 2);
    for (const answer of answers.values()) answer();
    const kinds = (await Promise.all(outcomes)).map(({ kind }) => kind);
    expect(kinds).toEqual(onLost.map((isLost) => (isLost ? 'unknown' : 'accepted')));
    expect(onLost.filter(Boolean)).toHaveLength(2);
  });

  test('hear receipts on any of them, whichever took the message', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = configured(smsc.port, { bindCount: 2 });
    await until(() => smsc.receivers.size === 2);
    await until(() => link.carrier.freeWindow() === 100);
    expect(await link.submit()).toMatchObject({ kind: 'accepted', carrierMessageId: '1' });
    for (const receiver of smsc.receivers)
      await smsc.deliver({ esm_class: 0x04, short_message: 'id:1 stat:DELIVRD err:000' }, { to: receiver });
    expect(link.receipts.map(({ carrierMessageId }) => carrierMessageId)).toEqual(['1', '1']);
  });

  test('keep one throughput together', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = configured(smsc.port, { bindCount: 3, throughput: 2 });
    await until(() => smsc.receivers.size === 3);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => link.submit()));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'throttled')).toHaveLength(5);
  });

  test('are of both kinds where the carrier separates them', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = configured(smsc.port, {
      bindMode: 'transmitterReceiver',
      bindCount: 2,
      receiverCount: 3,
    });
    await until(() => smsc.receivers.size === 3 && smsc.count('bind_transmitter') === 2);
    await until(() => link.carrier.freeWindow() === 100);
    expect(smsc.count('bind_receiver')).toBe(3);
  });
});

describe('a configured carrier', () => {
  test.each([
    ['3.3', 0x33],
    ['3.4', 0x34],
    ['5.0', 0x50],
  ] as const)('binds as version %s, for the addresses it names', async (version, interfaceVersion) => {
    await using smsc = await ForeignSmsc.start();
    await using link = configured(smsc.port, { version, addressRange: '^38591' });
    await link.up();
    expect(smsc.of('bind_transceiver')).toMatchObject([
      { interface_version: interfaceVersion, address_range: '^38591' },
    ]);
  });

  test('writes addresses, validity, coding and TLVs as its carrier wants them', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = configured(smsc.port, {
      sourceTon: 0,
      destinationTon: 2,
      destinationNpi: 8,
      validity: 'absolute',
      dataCoding: 0xf1,
      tlvs: [
        { tag: '0x1400', type: 'text', value: '1101234567890' },
        { tag: '0x1401', type: 'octets', value: '3100' },
        { tag: '0x1402', type: 'int16', value: '513' },
      ],
    });
    await link.up();
    const expiresAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 60_000);
    await link.submit({ sender: 'Otpost', expiresAt });
    await link.submit({ text: 'Ваш код 123456' });
    const [latin, cyrillic] = smsc.of('submit_sm');
    expect(latin).toMatchObject({
      source_addr_ton: 0,
      source_addr_npi: 0,
      source_addr: 'Otpost',
      dest_addr_ton: 2,
      dest_addr_npi: 8,
      data_coding: 0xf1,
      validity_period: expiresAt,
      [0x1400]: Buffer.from('1101234567890'),
      [0x1401]: Buffer.from([0x31, 0]),
      [0x1402]: Buffer.from([2, 1]),
    });
    expect(cyrillic).toMatchObject({ data_coding: 8 });
  });

  test.each([
    ['gsm', 0, 0],
    ['latin1', 0, 8],
    ['ascii', 8, 8],
  ] as const)(
    'with the alphabet %s writes in UCS-2 only what that has not',
    async (alphabet, accent, delta) => {
      await using smsc = await ForeignSmsc.start();
      await using link = configured(smsc.port, { alphabet });
      await link.up();
      for (const text of ['è', 'Δ']) await link.submit({ text });
      expect(smsc.of('submit_sm').map(({ data_coding }) => data_coding)).toEqual([accent, delta]);
    },
  );

  test('has its own meaning of a status', async () => {
    let status = 0x400;
    await using smsc = await ForeignSmsc.start({
      onSubmit: (_pdu, answer) => answer({ command_status: status }),
    });
    await using link = configured(smsc.port, {
      statusOverrides: [
        { status: '0x00000400', class: 'permanent' },
        { status: '0x401', class: 'throttle' },
      ],
    });
    await link.up();
    expect(await link.submit()).toMatchObject({ kind: 'rejected', retry: 'never' });
    status = 0x401;
    expect(await link.submit()).toMatchObject({ kind: 'throttled' });
  });
});
