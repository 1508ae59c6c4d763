import { describe, expect, test } from 'vitest';
import { encodeText } from '../../src/carriers/smpp/text.ts';
import { TestCarrier } from '../support/smpp-carrier.ts';
import { ForeignSmsc } from '../support/smpp-foreign.ts';
import { until } from '../support/until.ts';

// The peer in this file is not ours: the npm package `smpp`.

const ADDRESSES = {
  source_addr_ton: 1,
  source_addr_npi: 1,
  source_addr: '385911234567',
  dest_addr_ton: 0,
  destination_addr: '12345',
};

describe('messages from handsets', () => {
  test('are acknowledged only after they were taken', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    let take = () => {};
    link.onInbound = () => new Promise((resolve) => (take = resolve));
    let answered = false;
    const answer = smsc.deliver({ ...ADDRESSES, short_message: 'STOP' }).finally(() => (answered = true));
    await until(() => link.inbound.length === 1);
    expect(await link.submit()).toMatchObject({ kind: 'accepted' });
    expect(answered).toBe(false);
    take();
    expect((await answer).command_status).toBe(0);
    expect(link.inbound).toMatchObject([
      { carrierId: link.carrier.id, from: '+385911234567', to: '12345', text: 'STOP' },
    ]);
    expect(link.inbound[0]).not.toHaveProperty('part');
    expect(link.receipts).toEqual([]);
  });

  test('that were not taken are asked for again', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    link.onInbound = () => Promise.reject(new Error('no database'));
    expect((await smsc.deliver({ ...ADDRESSES, short_message: 'STOP' })).command_status).toBe(0x64);
  });

  test.each([
    ['the GSM alphabet', 'gsm', 0x00, Buffer.from([0x1b, 0x65, 0x20, 0x5c, 0x00]), '€ Ö@'],
    ['the carrier’s Latin-1', 'latin1', 0x00, Buffer.from('Ćao é'.replace('Ć', 'C'), 'latin1'), 'Cao é'],
    ['Latin-1', 'gsm', 0x03, Buffer.from('é', 'latin1'), 'é'],
    ['UCS-2', 'gsm', 0x08, Buffer.from('šđ 😀', 'utf16le').swap16(), 'šđ 😀'],
  ] as const)('in %s are read', async (_what, alphabet, data_coding, octets, text) => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port, { alphabet }).up();
    await smsc.deliver({ ...ADDRESSES, data_coding, short_message: { message: octets } });
    expect(link.inbound.map((message) => message.text)).toEqual([text]);
  });

  test('of several parts say which part they are: by header of either size, or by TLVs', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    const [first] = encodeText('x'.repeat(200), { reference: 7 }).segments;
    const wide = Buffer.concat([Buffer.from([6, 8, 4, 1, 2, 3, 2]), Buffer.from('second')]);
    await smsc.deliver({ ...ADDRESSES, esm_class: 0x40, short_message: { message: first! } });
    await smsc.deliver({ ...ADDRESSES, esm_class: 0x40, short_message: { message: wide } });
    const sar = { sar_msg_ref_num: 300, sar_total_segments: 2, sar_segment_seqnum: 1 };
    await smsc.deliver({ ...ADDRESSES, ...sar, short_message: 'third' });
    await smsc.deliver({ ...ADDRESSES, ...sar, sar_total_segments: 1, short_message: 'alone' });
    expect(link.inbound.map(({ text, part }) => [text.slice(0, 6), part])).toEqual([
      ['xxxxxx', { reference: 7, total: 2, number: 1 }],
      ['second', { reference: 0x102, total: 3, number: 2 }],
      ['third', { reference: 300, total: 2, number: 1 }],
      ['alone', undefined],
    ]);
  });

  test('in a message_payload, and by data_sm, are read', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    await smsc.deliver({ ...ADDRESSES, message_payload: { message: Buffer.from('a long one') } });
    const payload = { message: Buffer.from('by data') };
    expect(
      (await smsc.deliver({ ...ADDRESSES, message_payload: payload }, { command: 'data_sm' })).command_status,
    ).toBe(0);
    expect(link.inbound.map(({ text }) => text)).toEqual(['a long one', 'by data']);
  });

  test('are none when they are receipts, also ones that cannot be read', async () => {
    await using smsc = await ForeignSmsc.start();
    await using link = await new TestCarrier(smsc.port).up();
    expect((await smsc.deliver({ ...ADDRESSES, esm_class: 4, short_message: '???' })).command_status).toBe(0);
    expect(link.inbound).toEqual([]);
  });
});
