import { shortMessage } from '../carriers/smpp/pdu.ts';
import { encodeText } from '../carriers/smpp/text.ts';
import type { CarrierProfile } from './profile.ts';
import type { ReceiptPdu } from './receipt-courier.ts';

/** What a person types on a handset. */
export interface HandsetText {
  /** E.164 with `+`. */
  from: string;
  /** E.164 with `+`, or a short code. */
  to: string;
  text: string;
}

const UDH_INDICATOR = 0x40;
const TON = { unknown: 0, international: 1 } as const;
const NPI = { unknown: 0, e164: 1 } as const;

/**
 * The deliver_sm of a text from a handset, one for each of its segments.
 * @param reference joins them, its low 8 bits count
 * @throws {TextTooLong}
 */
export function originatedPdus(
  { from, to, text }: HandsetText,
  profile: CarrierProfile,
  reference: number,
): ReceiptPdu[] {
  const { segments, dataCoding, udh } = encodeText(text, { reference, alphabet: profile.alphabet });
  const isInternational = to.startsWith('+');
  return segments.map((segment) =>
    shortMessage('deliver_sm', {
      sourceAddrTon: TON.international,
      sourceAddrNpi: NPI.e164,
      sourceAddr: from.replace('+', ''),
      destAddrTon: isInternational ? TON.international : TON.unknown,
      destAddrNpi: isInternational ? NPI.e164 : NPI.unknown,
      destinationAddr: to.replace('+', ''),
      esmClass: udh ? UDH_INDICATOR : 0,
      dataCoding,
      shortMessage: segment,
    }),
  );
}
