import { OctetError, type OctetReader, type OctetWriter } from './octets.ts';
import { STATUS } from './status.ts';

interface TlvDefinition {
  tag: number;
  type: 'int8' | 'int16' | 'int32' | 'cstring' | 'octets';
  /** Fewest and most octets of the value, NUL included; only for strings and octets. */
  size?: readonly [min: number, max: number];
}

/** The optional parameters of SMPP v3.4 §5.3.2. */
export const TLVS = {
  destAddrSubunit: { tag: 0x0005, type: 'int8' },
  destNetworkType: { tag: 0x0006, type: 'int8' },
  destBearerType: { tag: 0x0007, type: 'int8' },
  destTelematicsId: { tag: 0x0008, type: 'int16' },
  sourceAddrSubunit: { tag: 0x000d, type: 'int8' },
  sourceNetworkType: { tag: 0x000e, type: 'int8' },
  sourceBearerType: { tag: 0x000f, type: 'int8' },
  sourceTelematicsId: { tag: 0x0010, type: 'int8' },
  qosTimeToLive: { tag: 0x0017, type: 'int32' },
  payloadType: { tag: 0x0019, type: 'int8' },
  additionalStatusInfoText: { tag: 0x001d, type: 'cstring', size: [1, 256] },
  // One octet more than the specification's 65: ids of 65 characters and their NUL exist.
  receiptedMessageId: { tag: 0x001e, type: 'cstring', size: [1, 66] },
  msMsgWaitFacilities: { tag: 0x0030, type: 'int8' },
  privacyIndicator: { tag: 0x0201, type: 'int8' },
  sourceSubaddress: { tag: 0x0202, type: 'octets', size: [2, 23] },
  destSubaddress: { tag: 0x0203, type: 'octets', size: [2, 23] },
  userMessageReference: { tag: 0x0204, type: 'int16' },
  userResponseCode: { tag: 0x0205, type: 'int8' },
  sourcePort: { tag: 0x020a, type: 'int16' },
  destinationPort: { tag: 0x020b, type: 'int16' },
  sarMsgRefNum: { tag: 0x020c, type: 'int16' },
  languageIndicator: { tag: 0x020d, type: 'int8' },
  sarTotalSegments: { tag: 0x020e, type: 'int8' },
  sarSegmentSeqnum: { tag: 0x020f, type: 'int8' },
  scInterfaceVersion: { tag: 0x0210, type: 'int8' },
  callbackNumPresInd: { tag: 0x0302, type: 'int8' },
  callbackNumAtag: { tag: 0x0303, type: 'octets', size: [0, 65] },
  numberOfMessages: { tag: 0x0304, type: 'int8' },
  callbackNum: { tag: 0x0381, type: 'octets', size: [4, 19] },
  dpfResult: { tag: 0x0420, type: 'int8' },
  setDpf: { tag: 0x0421, type: 'int8' },
  msAvailabilityStatus: { tag: 0x0422, type: 'int8' },
  networkErrorCode: { tag: 0x0423, type: 'octets', size: [3, 3] },
  messagePayload: { tag: 0x0424, type: 'octets', size: [0, 0xffff] },
  deliveryFailureReason: { tag: 0x0425, type: 'int8' },
  moreMessagesToSend: { tag: 0x0426, type: 'int8' },
  messageState: { tag: 0x0427, type: 'int8' },
  ussdServiceOp: { tag: 0x0501, type: 'int8' },
  displayTime: { tag: 0x1201, type: 'int8' },
  smsSignal: { tag: 0x1203, type: 'int16' },
  msValidity: { tag: 0x1204, type: 'int8' },
  // Without a value in v3.4, with one octet in v5.0.
  alertOnMessageDelivery: { tag: 0x130c, type: 'octets', size: [0, 1] },
  itsReplyType: { tag: 0x1380, type: 'int8' },
  itsSessionInfo: { tag: 0x1383, type: 'octets', size: [2, 2] },
} as const satisfies Record<string, TlvDefinition>;

export type TlvName = keyof typeof TLVS;

type ValueOf<N extends TlvName> = (typeof TLVS)[N]['type'] extends infer T
  ? T extends 'cstring'
    ? string
    : T extends 'octets'
      ? Buffer
      : number
  : never;

export interface RawTlv {
  tag: number;
  value: Buffer;
}

/** The optional parameters of a PDU, by name. */
export type Tlvs = { readonly [N in TlvName]?: ValueOf<N> } & {
  /** Those without a name here (vendors' own), and repetitions of one that has a name, in their order. */
  readonly other?: readonly RawTlv[];
};

type Named = [name: TlvName, definition: TlvDefinition];

const byTag = new Map<number, Named>(
  Object.entries(TLVS).map(([name, definition]) => [definition.tag, [name as TlvName, definition]]),
);

export const NO_TLVS: Tlvs = Object.freeze({});
const INT_SIZES = { int8: 1, int16: 2, int32: 4 } as const;

/** Reads everything that is left of the body as TLVs. */
export function readTlvs(reader: OctetReader): Tlvs {
  if (reader.left === 0) return NO_TLVS;
  const tlvs: Record<string, number | string | Buffer | RawTlv[]> = {};
  const other: RawTlv[] = [];
  while (reader.left > 0) {
    if (reader.left < 4) throw new OctetError(STATUS.RINVOPTPARSTREAM, 'octets behind the last field');
    const tag = reader.int16();
    const length = reader.int16();
    if (length > reader.left)
      throw new OctetError(STATUS.RINVOPTPARSTREAM, `TLV ${hex(tag)} exceeds its PDU`);
    const named = byTag.get(tag);
    if (named === undefined || named[0] in tlvs) other.push({ tag, value: reader.octets(length) });
    else tlvs[named[0]] = readValue(reader, named[1], length);
  }
  if (other.length > 0) tlvs.other = other;
  return tlvs;
}

export function writeTlvs(writer: OctetWriter, tlvs: Tlvs): void {
  if (tlvs === NO_TLVS) return;
  for (const name in tlvs) {
    const value = tlvs[name as keyof Tlvs];
    if (value === undefined || name === 'other') continue;
    const definition: TlvDefinition | undefined = TLVS[name as TlvName];
    if (definition === undefined) throw new RangeError(`no TLV is called ${name}`);
    writer.int16(definition.tag);
    writeValue(writer, definition, value as number | string | Buffer);
  }
  for (const { tag, value } of tlvs.other ?? []) {
    writer.int16(tag);
    writer.int16(value.length);
    writer.octets(value);
  }
}

function readValue(reader: OctetReader, { tag, type, size }: TlvDefinition, length: number) {
  const [min, max] = size ?? [
    INT_SIZES[type as keyof typeof INT_SIZES],
    INT_SIZES[type as keyof typeof INT_SIZES],
  ];
  // An absent NUL shortens a string by one; see below.
  if (length < (type === 'cstring' ? 0 : min) || length > max) {
    throw new OctetError(STATUS.RINVPARLEN, `TLV ${hex(tag)} has ${length} octets`);
  }
  switch (type) {
    case 'int8':
      return reader.int8();
    case 'int16':
      return reader.int16();
    case 'int32':
      return reader.int32();
    case 'octets':
      return reader.octets(length);
    case 'cstring': {
      // Carriers exist that send receipted_message_id without its NUL. The TLV's own length bounds the
      // string, so nothing is guessed by taking it; a NUL in the middle is refused.
      const text = reader.latin1(length);
      const nul = text.indexOf('\0');
      if (nul !== -1 && nul !== length - 1) {
        throw new OctetError(STATUS.RINVOPTPARAMVAL, `TLV ${hex(tag)} goes on behind its NUL`);
      }
      return nul === -1 ? text : text.slice(0, -1);
    }
    default:
      throw new Error(`unhandled TLV type: ${type satisfies never}`);
  }
}

function writeValue(writer: OctetWriter, definition: TlvDefinition, value: number | string | Buffer): void {
  if (typeof value === 'string') {
    writer.int16(value.length + 1);
    writer.cstring(value, definition.size?.[1] ?? 0);
  } else if (typeof value === 'number') {
    const size = INT_SIZES[definition.type as keyof typeof INT_SIZES];
    writer.int16(size);
    if (size === 1) writer.int8(value);
    else if (size === 2) writer.int16(value);
    else writer.int32(value);
  } else {
    const [min, max] = definition.size ?? [0, 0];
    if (value.length < min || value.length > max) {
      throw new RangeError(`TLV ${hex(definition.tag)} takes ${min} to ${max} octets, not ${value.length}`);
    }
    writer.int16(value.length);
    writer.octets(value);
  }
}

function hex(tag: number): string {
  return `0x${tag.toString(16).padStart(4, '0')}`;
}
