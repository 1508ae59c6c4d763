import type { CarrierInbound, InboundPart } from '../carrier.ts';
import type { Alphabet } from './alphabets.ts';
import type { DataSm, DeliverSm } from './pdu.ts';
import { parseReceipt, type Receipt } from './receipt.ts';
import { decodeText, splitUdh } from './text.ts';

const MESSAGE_TYPE_BITS = 0x3c;
const FINAL_RECEIPT = 0x04;
const INTERMEDIATE_RECEIPT = 0x20;
const UDH_INDICATOR = 0x40;
const TON_INTERNATIONAL = 1;
const NOTHING = Buffer.alloc(0);

/**
 * The receipt in a deliver_sm or data_sm, its id as it is written there; `undefined` when it is a message
 * from a handset, or a receipt that does not say which message it is about.
 */
export function readReceipt(pdu: DeliverSm | DataSm): Receipt | undefined {
  if (!isReceipt(pdu)) return undefined;
  return parseReceipt({
    shortMessage: bodyOf(pdu),
    dataCoding: pdu.dataCoding,
    tlvs: pdu.tlvs,
    esmClass: pdu.esmClass,
  });
}

/**
 * The message from a handset, or the part of one, in a deliver_sm or data_sm; `undefined` when it is a
 * receipt. Parts are told by their user data header or by the SAR TLVs.
 */
export function readInbound(
  pdu: DeliverSm | DataSm,
  alphabet: Alphabet,
): Pick<CarrierInbound, 'from' | 'to' | 'text' | 'part'> | undefined {
  if (isReceipt(pdu)) return undefined;
  const octets = bodyOf(pdu);
  const segment = pdu.esmClass & UDH_INDICATOR ? splitUdh(octets) : { body: octets };
  const part = ('part' in segment && segment.part) || partOfTlvs(pdu);
  return {
    from: numberOf(pdu.sourceAddr, pdu.sourceAddrTon),
    to: numberOf(pdu.destinationAddr, pdu.destAddrTon),
    text: decodeText(segment.body, pdu.dataCoding, { alphabet }),
    ...(part && part.total > 1 && { part }),
  };
}

function isReceipt(pdu: DeliverSm | DataSm): boolean {
  const type = pdu.esmClass & MESSAGE_TYPE_BITS;
  return type === FINAL_RECEIPT || type === INTERMEDIATE_RECEIPT || pdu.tlvs.receiptedMessageId !== undefined;
}

function bodyOf(pdu: DeliverSm | DataSm): Buffer {
  const short = pdu.command === 'deliver_sm' ? pdu.shortMessage : NOTHING;
  return short.length > 0 ? short : (pdu.tlvs.messagePayload ?? NOTHING);
}

function partOfTlvs({ tlvs }: DeliverSm | DataSm): InboundPart | undefined {
  const { sarMsgRefNum: reference, sarTotalSegments: total, sarSegmentSeqnum: number } = tlvs;
  if (reference === undefined || total === undefined || number === undefined) return undefined;
  return number >= 1 && number <= total ? { reference, total, number } : undefined;
}

function numberOf(address: string, ton: number): string {
  return ton === TON_INTERNATIONAL && /^\d+$/.test(address) ? `+${address}` : address;
}
