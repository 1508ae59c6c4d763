import fc from 'fast-check';
import type { Command, Pdu } from '../../src/carriers/smpp/pdu.ts';
import { TLVS, type TlvName, type Tlvs } from '../../src/carriers/smpp/tlv.ts';

const int8 = fc.nat(0xff);
const octets = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((value) => Buffer.from(value));
/** Latin-1 without NUL, with room for the NUL within `max`. */
const cstring = (max: number) =>
  fc
    .array(fc.integer({ min: 1, max: 0xff }), { maxLength: max - 1 })
    .map((codes) => String.fromCharCode(...codes));
const status = fc.oneof(fc.constant(0), fc.nat(0x4ff), fc.constant(0xffffffff));
const sequence = fc.integer({ min: 1, max: 0x7fffffff });

export function anyTlv(name: TlvName): fc.Arbitrary<number | string | Buffer> {
  const { type, size = [0, 0] } = TLVS[name] as { type: string; size?: readonly [number, number] };
  if (type === 'int8') return int8;
  if (type === 'int16') return fc.nat(0xffff);
  if (type === 'int32') return fc.integer({ min: 0, max: 0xffffffff });
  if (type === 'cstring') return cstring(size[1]);
  return octets(size[0], Math.min(size[1], 400));
}

const vendorTlv = fc.record({ tag: fc.integer({ min: 0x1400, max: 0x3fff }), value: octets(0, 40) });

const tlvs: fc.Arbitrary<Tlvs> = fc
  .uniqueArray(fc.constantFrom(...(Object.keys(TLVS) as TlvName[])), { maxLength: 4 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, anyTlv(name)]))))
  .chain((named) =>
    fc
      .array(vendorTlv, { maxLength: 3 })
      .map((other) => (other.length > 0 ? { ...named, other } : named) as Tlvs),
  );

const bind = {
  systemId: cstring(16),
  password: cstring(9),
  systemType: cstring(13),
  interfaceVersion: int8,
  addrTon: int8,
  addrNpi: int8,
  addressRange: cstring(41),
};
const bindResp = { status, systemId: cstring(16), tlvs };
const messageResp = { status, messageId: cstring(66), tlvs };
const addresses = (max: number) => ({
  serviceType: cstring(6),
  sourceAddrTon: int8,
  sourceAddrNpi: int8,
  sourceAddr: cstring(max),
  destAddrTon: int8,
  destAddrNpi: int8,
  destinationAddr: cstring(max),
  esmClass: int8,
});
const message = {
  ...addresses(21),
  protocolId: int8,
  priorityFlag: int8,
  scheduleDeliveryTime: cstring(17),
  validityPeriod: cstring(17),
  registeredDelivery: int8,
  replaceIfPresentFlag: int8,
  dataCoding: int8,
  smDefaultMsgId: int8,
  shortMessage: octets(0, 254),
  tlvs,
};

const FIELDS: Record<Command, Record<string, fc.Arbitrary<unknown>>> = {
  bind_receiver: bind,
  bind_receiver_resp: bindResp,
  bind_transmitter: bind,
  bind_transmitter_resp: bindResp,
  bind_transceiver: bind,
  bind_transceiver_resp: bindResp,
  outbind: { systemId: cstring(16), password: cstring(9) },
  unbind: {},
  unbind_resp: { status },
  submit_sm: message,
  submit_sm_resp: messageResp,
  deliver_sm: message,
  deliver_sm_resp: messageResp,
  data_sm: { ...addresses(65), registeredDelivery: int8, dataCoding: int8, tlvs },
  data_sm_resp: messageResp,
  enquire_link: {},
  enquire_link_resp: { status },
  alert_notification: {
    sourceAddrTon: int8,
    sourceAddrNpi: int8,
    sourceAddr: cstring(65),
    esmeAddrTon: int8,
    esmeAddrNpi: int8,
    esmeAddr: cstring(65),
    tlvs,
  },
  generic_nack: { status },
};

/** Every PDU of one kind that SMPP v3.4 allows. */
export function arbitraryOf(command: Command): fc.Arbitrary<Pdu> {
  return fc.record({
    command: fc.constant(command),
    sequence,
    ...FIELDS[command],
  }) as unknown as fc.Arbitrary<Pdu>;
}

export function anyPdu(): fc.Arbitrary<Pdu> {
  return fc.constantFrom(...(Object.keys(FIELDS) as Command[])).chain(arbitraryOf);
}
