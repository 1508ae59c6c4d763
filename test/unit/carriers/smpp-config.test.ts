import { describe, expect, test } from 'vitest';
import { CarrierConfig } from '../../../src/carriers/config.ts';
import { inputProblem } from '../../../src/read-input.ts';
import { SmppCarrierConfig } from '../../../src/carriers/smpp/config.ts';
import { linkOptions } from '../../../src/carriers/smpp/link-options.ts';
import { tlvsFor } from '../../../src/carriers/smpp/vendor-tlvs.ts';
import { validityPeriod } from '../../../src/carriers/smpp/validity.ts';

const GOOD = { kind: 'smpp', host: 'smpp.example', port: 2775, systemId: 'otpost' } as const;

function refusal(change: object): { path: string; message: string } {
  const read = CarrierConfig.safeParse({ ...GOOD, ...change });
  if (read.success) throw new Error('It was taken.');
  return inputProblem(read.error, 'config');
}

const tlv = (change: object) => ({ tlvs: [{ tag: '0x1400', type: 'text', value: 'x', ...change }] });

describe('what no carrier can mean is refused, with the field named:', () => {
  test.each([
    ['config.host', { host: ' ' }],
    ['config.host', { host: 'not a host!' }],
    ['config.host', { host: 'smpp://smpp.example' }],
    ['config.host', { host: 'smpp.example:2775' }],
    ['config.tls.ca', { tls: { ca: 'junk' } }],
    ['config.tls.ca', { tls: { ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' } }],
    ['config.tls.caa', { tls: { caa: 'junk' } }],
    ['config.system_id', { system_id: 'x' }],
    ['config.version', { version: '3.2' }],
    ['config.bindCount', { bindCount: 0 }],
    ['config.bindCount', { bindCount: 33 }],
    ['config.receiverCount', { receiverCount: 1.5 }],
    ['config.window', { window: 1_001 }],
    ['config.throughput', { throughput: 0 }],
    ['config.systemId', { systemId: 'sixteen letters!' }],
    ['config.addressRange', { addressRange: '^385.*\u0000' }],
    ['config.addressRange', { addressRange: '1'.repeat(41) }],
    ['config.alphabet', { alphabet: 'ucs2' }],
    ['config.dataCoding', { dataCoding: 256 }],
    ['config.dataCoding', { dataCoding: 8 }],
    ['config.sourceTon', { sourceTon: 7 }],
    ['config.destinationNpi', { destinationNpi: 19 }],
    ['config.validity', { validity: 'forever' }],
    ['config.receiptIdForm', { receiptIdForm: 'octal' }],
    ['config.statusOverrides.0.class', { statusOverrides: [{ status: '0x400', class: 'ok' }] }],
    ['config.statusOverrides.0.status', { statusOverrides: [{ status: '0x00', class: 'permanent' }] }],
    ['config.statusOverrides.0.status', { statusOverrides: [{ status: '1024', class: 'permanent' }] }],
    ['config.statusOverrides.0.status', { statusOverrides: [{ status: '0x123456789', class: 'throttle' }] }],
    [
      'config.statusOverrides.1.status',
      {
        statusOverrides: [
          { status: '0x58', class: 'temporary' },
          { status: '0x00000058', class: 'throttle' },
        ],
      },
    ],
    ['config.tlvs.0.tag', tlv({ tag: '0x13ff' })],
    ['config.tlvs.0.tag', tlv({ tag: '0x4000' })],
    ['config.tlvs.0.tag', tlv({ tag: 5_120 })],
    ['config.tlvs.0.type', tlv({ type: 'float' })],
    ['config.tlvs.0.value', tlv({ value: '' })],
    ['config.tlvs.0.value', tlv({ value: 'é' })],
    ['config.tlvs.0.value', tlv({ value: 'x'.repeat(256) })],
    ['config.tlvs.0.value', tlv({ type: 'octets', value: 'abc' })],
    ['config.tlvs.0.value', tlv({ type: 'octets', value: '00'.repeat(256) })],
    ['config.tlvs.0.value', tlv({ type: 'int8', value: '256' })],
    ['config.tlvs.0.value', tlv({ type: 'int16', value: '65536' })],
    ['config.tlvs.0.value', tlv({ type: 'int32', value: '4294967296' })],
    ['config.tlvs.0.value', tlv({ type: 'int32', value: '-1' })],
    ['config.tlvs.0.value', tlv({ type: 'registration', value: 'dlt' })],
    ['config.tlvs.1.tag', { tlvs: ['0x14aA', '0x14Aa'].map((tag) => ({ ...tlv({}).tlvs[0], tag })) }],
    ['config.tlvs', { ...tlv({}), version: '3.3' }],
  ])('%s in %j', (path, change) => {
    expect(refusal(change).path).toBe(path);
  });

  test('and the message says what is allowed', () => {
    expect(refusal(tlv({ tag: '0x0424' })).message).toBe('A tag of vendors is 0x1400 to 0x3fff');
    expect(refusal(tlv({ type: 'int8', value: '256' })).message).toBe('At most 255');
    const classes = refusal({ statusOverrides: [{ status: '0x400', class: 'fatal' }] }).message;
    for (const name of ['throttle', 'temporary', 'ambiguous', 'linkFault', 'sender', 'permanent'])
      expect(classes).toContain(name);
  });
});

test('a configuration from before an option existed is read with its default', () => {
  const old = { ...GOOD, systemType: '', bindMode: 'transceiver', window: 10, receiptIdForm: 'same' };
  const options = linkOptions(SmppCarrierConfig.parse(old));
  expect(options).toMatchObject({
    interfaceVersion: 0x34,
    addressRange: '',
    binds: ['transceiver'],
    window: 10,
    alphabet: 'gsm',
    dataCoding: 0,
    source: { ton: null, npi: null },
    destination: { ton: null, npi: null },
    validity: 'relative',
    statusOverrides: {},
    vendorTlvs: [],
  });
});

test('every option reaches the links', () => {
  const options = linkOptions(
    SmppCarrierConfig.parse({
      ...GOOD,
      version: '5.0',
      bindMode: 'transmitterReceiver',
      bindCount: 2,
      receiverCount: 3,
      throughput: 12.5,
      enquireLinkMs: 5_000,
      tls: { servername: 'smsc.example' },
      sourceTon: 5,
      destinationNpi: 0,
      statusOverrides: [{ status: '0x00000400', class: 'throttle' }],
      tlvs: [
        { tag: '0x1400', type: 'text', value: '1101' },
        { tag: '0x1401', type: 'octets', value: '31Ff00' },
        { tag: '0x1402', type: 'int8', value: '255' },
        { tag: '0x1403', type: 'int16', value: '258' },
        { tag: '0x3fff', type: 'int32', value: '4294967295' },
        { tag: '0x1404', type: 'registration', value: 'dlt.entity' },
        { tag: '0x1405', type: 'registration', value: 'dlt.template' },
      ],
    }),
  );
  expect(options).toMatchObject({
    interfaceVersion: 0x50,
    binds: ['transmitter', 'transmitter', 'receiver', 'receiver', 'receiver'],
    throughput: 12.5,
    enquireLink: { intervalMs: 5_000, missLimit: 2 },
    tls: { servername: 'smsc.example' },
    source: { ton: 5, npi: null },
    destination: { ton: null, npi: 0 },
    statusOverrides: { 0x400: 'throttle' },
  });
  const tlvs = tlvsFor(options.vendorTlvs!, { 'dlt.entity': '11' });
  expect(tlvs.map(({ tag, value }) => [tag, value.toString('hex')])).toEqual([
    [0x1400, '31313031'],
    [0x1401, '31ff00'],
    [0x1402, 'ff'],
    [0x1403, '0102'],
    [0x3fff, 'ffffffff'],
    // The sender has no `dlt.template`.
    [0x1404, '3131'],
  ]);
});

describe('a validity period', () => {
  const now = Date.parse('2026-11-23T15:06:07.800Z');

  test('is relative, in whole seconds, and never 0', () => {
    const lengths = [599_999, 1, -5, 90_061_000, 1e15];
    expect(lengths.map((ms) => validityPeriod(now + ms, now, 'relative'))).toEqual([
      '000000000959000R',
      '000000000001000R',
      '000000000001000R',
      '000001010101000R',
      '000030000000000R',
    ]);
  });

  test('is absolute in UTC, or left out, where the carrier wants that', () => {
    expect(validityPeriod(now + 600_000, now, 'absolute')).toBe('261123151607000+');
    expect(validityPeriod(now + 600_000, now, 'none')).toBe('');
  });
});
