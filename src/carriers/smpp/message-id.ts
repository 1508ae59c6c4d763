/**
 * How a receipt's id becomes the one that the submit's response gave. Carriers answer in hex and report in
 * decimal, or the other way round, with leading zeros, in either case, in up to 65 characters (SMPP v3.4
 * §5.2.23 and §5.3.2.12).
 */
export const MESSAGE_ID_FORMS = ['same', 'decimalToHex', 'hexToDecimal'] as const;
export type MessageIdForm = (typeof MESSAGE_ID_FORMS)[number];

/** Lower case, without surrounding spaces and leading zeros; an id of zeros only stays `0`. */
export function normaliseMessageId(id: string): string {
  return id
    .trim()
    .replace(/^0+(?=.)/, '')
    .toLowerCase();
}

/** The decimal form of a hexadecimal id, `undefined` when it is not one. */
export function hexToDecimalId(id: string): string | undefined {
  const digits = id.trim();
  return /^[0-9a-f]{1,65}$/i.test(digits) ? BigInt(`0x${digits}`).toString() : undefined;
}

/** The hexadecimal form (lower case, no leading zeros) of a decimal id, `undefined` when it is not one. */
export function decimalToHexId(id: string): string | undefined {
  const digits = id.trim();
  return /^[0-9]{1,65}$/.test(digits) ? BigInt(digits).toString(16) : undefined;
}

/** A receipt's id in the normal form of the id that the submit was answered with. */
export function submitForm(receiptId: string, form: MessageIdForm): string {
  switch (form) {
    case 'same':
      return normaliseMessageId(receiptId);
    case 'decimalToHex':
      return decimalToHexId(receiptId) ?? normaliseMessageId(receiptId);
    case 'hexToDecimal':
      return hexToDecimalId(receiptId) ?? normaliseMessageId(receiptId);
    default:
      throw new Error(`unhandled form: ${form satisfies never}`);
  }
}
