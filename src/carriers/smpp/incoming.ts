import type { DataSm, DeliverSm } from './pdu.ts';
import { parseReceipt, type Receipt } from './receipt.ts';

const MESSAGE_TYPE_BITS = 0x3c;
const FINAL_RECEIPT = 0x04;
const INTERMEDIATE_RECEIPT = 0x20;
const NOTHING = Buffer.alloc(0);

/**
 * The receipt in a deliver_sm or data_sm, its id as it is written there; `undefined` when it is a message from a handset, or a receipt that does not say which message it is about.
 */
export function readReceipt(pdu: DeliverSm | DataSm): Receipt | undefined {
  const type = pdu.esmClass & MESSAGE_TYPE_BITS;
  const isReceipt =
    type === FINAL_RECEIPT || type === INTERMEDIATE_RECEIPT || pdu.tlvs.receiptedMessageId !== undefined;
  if (!isReceipt) return undefined;
  const short = pdu.command === 'deliver_sm' ? pdu.shortMessage : NOTHING;
  return parseReceipt({
    shortMessage: short.length > 0 ? short : (pdu.tlvs.messagePayload ?? NOTHING),
    dataCoding: pdu.dataCoding,
    tlvs: pdu.tlvs,
    esmClass: pdu.esmClass,
  });
}
