import { type Part, decodeText, splitUdh } from '../carriers/smpp/text.ts';
import { formatReceipt } from '../carriers/smpp/receipt.ts';
import { messageStateOf } from '../carriers/smpp/receipt-states.ts';
import { shortMessage, type SubmitSm } from '../carriers/smpp/pdu.ts';
import { NO_TLVS } from '../carriers/smpp/tlv.ts';
import type { MessageIds } from './message-ids.ts';
import type { CarrierProfile, PlannedReceipt } from './profile.ts';
import type { ReceiptPdu } from './receipt-courier.ts';

const UDH_INDICATOR = 0x40;
const TON_INTERNATIONAL = 1;
const FINAL_RECEIPT = 0x04;
const INTERMEDIATE_RECEIPT = 0x20;

/**
 * What is kept of a submit until its receipt. Not the PDU: its octets are views into the chunk that came
 * from the socket, and would hold all 64 KB of it.
 */
export interface Submitted {
  /** The addresses of the receipt: those of the submit, turned round. */
  reply: Pick<
    ReceiptPdu,
    'sourceAddrTon' | 'sourceAddrNpi' | 'sourceAddr' | 'destAddrTon' | 'destAddrNpi' | 'destinationAddr'
  >;
  profile: CarrierProfile;
  /** E.164 with `+`. */
  to: string;
  from: string;
  text: string;
  part: Part | undefined;
  /** Epoch milliseconds of the submit. */
  at: number;
}

export function readSubmit(pdu: SubmitSm, profile: CarrierProfile, to: string, at: number): Submitted {
  const octets = pdu.tlvs.messagePayload ?? pdu.shortMessage;
  const { body, part } = pdu.esmClass & UDH_INDICATOR ? splitUdh(octets) : { body: octets };
  return {
    reply: {
      sourceAddrTon: pdu.destAddrTon,
      sourceAddrNpi: pdu.destAddrNpi,
      sourceAddr: pdu.destinationAddr,
      destAddrTon: pdu.sourceAddrTon,
      destAddrNpi: pdu.sourceAddrNpi,
      destinationAddr: pdu.sourceAddr,
    },
    profile,
    to,
    from: pdu.sourceAddrTon === TON_INTERNATIONAL ? `+${pdu.sourceAddr.replace(/^\+/, '')}` : pdu.sourceAddr,
    text: decodeText(body, pdu.dataCoding, { alphabet: profile.alphabet }),
    part,
    at,
  };
}

/** The receipt of a submit, as a `deliver_sm` (SMPP v3.4 appendix B). */
export function receiptPdu(
  { reply, profile, text, at }: Submitted,
  ids: MessageIds,
  planned: PlannedReceipt,
  now: number,
): ReceiptPdu {
  const { stat, err } = planned;
  const body = formatReceipt({
    id: ids.receipt,
    stat,
    submittedAt: new Date(at),
    doneAt: new Date(now),
    err,
    text,
  });
  return shortMessage('deliver_sm', {
    ...reply,
    esmClass: stat === 'ENROUTE' || stat === 'ACCEPTD' ? INTERMEDIATE_RECEIPT : FINAL_RECEIPT,
    shortMessage: Buffer.from(body, 'latin1'),
    tlvs: profile.receiptTlvs
      ? { receiptedMessageId: ids.receipt, messageState: messageStateOf(stat) }
      : NO_TLVS,
  });
}
