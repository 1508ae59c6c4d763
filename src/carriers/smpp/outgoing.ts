import type { OutboundMessage, SubmitOutcome } from '../carrier.ts';
import { internationalAddress, senderAddress } from './addressing.ts';
import type { Alphabet } from './alphabets.ts';
import type { SubmitSm, Unsequenced } from './pdu.ts';
import { encodeText, TextTooLong } from './text.ts';
import { NO_TLVS, type RawTlv } from './tlv.ts';
import { relativeValidity } from './validity.ts';

export interface WritingRules {
  /** Milliseconds since 1970. */
  now: number;
  /** Joins the segments of this message at the handset. */
  reference: number;
  alphabet: Alphabet;
  vendorTlvs: readonly RawTlv[];
}

type Refusal = Extract<SubmitOutcome, { kind: 'rejected' }>;

const USER_DATA_HEADER = 0x40;
const NO_RECEIPT = 0;
const FINAL_RECEIPT = 1;

/** One submit_sm for each segment of a message, or why it cannot be written at all. */
export function submitPdus(message: OutboundMessage, rules: WritingRules): Unsequenced<SubmitSm>[] | Refusal {
  const source = senderAddress(message.sender);
  if (source === undefined) {
    return refusal('invalid_sender', `${message.sender} is no name, long code or short code`, 'elsewhere');
  }
  const destination = internationalAddress(message.to);
  if (destination === undefined) return refusal('invalid_destination', 'not a number in E.164', 'never');
  const validMs = message.expiresAt.getTime() - rules.now;
  if (!(validMs > 0)) return refusal('expired', 'the message was of no use any more', 'never');
  const text = encode(message.text, rules);
  if (text instanceof TextTooLong) return refusal('text_too_long', text.message, 'never');

  const validityPeriod = relativeValidity(validMs);
  const tlvs = rules.vendorTlvs.length === 0 ? NO_TLVS : { other: rules.vendorTlvs };
  return text.segments.map((shortMessage, index) => ({
    command: 'submit_sm',
    serviceType: '',
    sourceAddrTon: source.ton,
    sourceAddrNpi: source.npi,
    sourceAddr: source.addr,
    destAddrTon: destination.ton,
    destAddrNpi: destination.npi,
    destinationAddr: destination.addr,
    esmClass: text.udh ? USER_DATA_HEADER : 0,
    protocolId: 0,
    priorityFlag: 0,
    scheduleDeliveryTime: '',
    validityPeriod,
    // The first segment stands for the message: receipts of the others would name ids that nobody knows.
    registeredDelivery: index === 0 ? FINAL_RECEIPT : NO_RECEIPT,
    replaceIfPresentFlag: 0,
    dataCoding: text.dataCoding,
    smDefaultMsgId: 0,
    shortMessage,
    tlvs,
  }));
}

function encode(text: string, { reference, alphabet }: WritingRules) {
  try {
    return encodeText(text, { reference, alphabet });
  } catch (error) {
    if (error instanceof TextTooLong) return error;
    throw error;
  }
}

function refusal(code: string, message: string, retry: Refusal['retry']): Refusal {
  return { kind: 'rejected', error: { code, message }, retry };
}
