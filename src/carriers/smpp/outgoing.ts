import type { OutboundMessage, SubmitOutcome } from '../carrier.ts';
import { internationalAddress, pinned, senderAddress, type PinnedKind } from './addressing.ts';
import type { Alphabet } from './alphabets.ts';
import type { SmppCarrierOptions } from './options.ts';
import type { SubmitSm, Unsequenced } from './pdu.ts';
import { DATA_CODING, encodeText, TextTooLong } from './text.ts';
import { NO_TLVS } from './tlv.ts';
import { validityPeriod, type ValidityFormat } from './validity.ts';
import { tlvsFor, type OutgoingTlv } from './vendor-tlvs.ts';

export interface WritingRules {
  /** Milliseconds since 1970. */
  now: number;
  /** Joins the segments of this message at the handset. */
  reference: number;
  alphabet: Alphabet;
  /** The data_coding that asks for that alphabet. */
  dataCoding: number;
  source: PinnedKind;
  destination: PinnedKind;
  validity: ValidityFormat;
  vendorTlvs: readonly OutgoingTlv[];
}

/** What is the same for all messages of a carrier. */
export function writingRules(options: SmppCarrierOptions): Omit<WritingRules, 'now' | 'reference'> {
  const { alphabet = 'gsm', dataCoding = DATA_CODING.default, validity = 'relative' } = options;
  const { source = {}, destination = {}, vendorTlvs = [] } = options;
  return { alphabet, dataCoding, validity, source, destination, vendorTlvs };
}

type Refusal = Extract<SubmitOutcome, { kind: 'rejected' }>;

const USER_DATA_HEADER = 0x40;
const FINAL_RECEIPT = 1;

/** One submit_sm for each segment of a message, or why it cannot be written at all. */
export function submitPdus(message: OutboundMessage, rules: WritingRules): Unsequenced<SubmitSm>[] | Refusal {
  const sender = senderAddress(message.sender);
  if (sender === undefined) {
    return refusal('invalid_sender', `${message.sender} is no name, long code or short code`, 'elsewhere');
  }
  const number = internationalAddress(message.to);
  if (number === undefined) return refusal('invalid_destination', 'not a number in E.164', 'never');
  const expiresAt = message.expiresAt.getTime();
  if (!(expiresAt > rules.now)) return refusal('expired', 'the message was of no use any more', 'never');
  const text = encode(message.text, rules);
  if (text instanceof TextTooLong) return refusal('text_too_long', text.message, 'never');

  const [source, destination] = [pinned(sender, rules.source), pinned(number, rules.destination)];
  const validity = validityPeriod(expiresAt, rules.now, rules.validity);
  const dataCoding = text.dataCoding === DATA_CODING.default ? rules.dataCoding : text.dataCoding;
  const { vendorTlvs } = rules;
  const tlvs = vendorTlvs.length === 0 ? NO_TLVS : { other: tlvsFor(vendorTlvs, message.registrations) };
  return text.segments.map((shortMessage) => ({
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
    validityPeriod: validity,
    registeredDelivery: FINAL_RECEIPT,
    replaceIfPresentFlag: 0,
    dataCoding,
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
