/**
 * How a sealed value is written. Which key it needs stands in front, so that keys can change while
 * values stay:
 *
 *     2   0x82 ‖ number of the account's data key (2 octets)     ‖ nonce (12) ‖ ciphertext ‖ tag (16)
 *     1   length of the id (1 octet: 1–12) ‖ id of a root key    ‖ nonce (12) ‖ ciphertext ‖ tag (16)
 *
 * Version 1 is from before there were data keys; it is read, and written no more.
 */
export interface SealedHeader {
  /** `D` and a number, or in version 1 the id of a root key. */
  keyId: string;
  /** It is a data key, of the value's account. */
  isDataKey: boolean;
  /** Behind the nonce. */
  bodyStart: number;
}

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const HEADER_BYTES = 3;
export const MAX_KEY_NUMBER = 0xffff;

/** No length of an id: that is how the two are told apart. */
const VERSION_2 = 0x82;
const MAX_ID_LENGTH = 12;

/** Writes the header of version 2 to the start of a buffer. */
export function writeHeader(to: Buffer, keyNumber: number): void {
  to[0] = VERSION_2;
  to.writeUInt16BE(keyNumber, 1);
}

/** @throws {Error} when it is no sealed value, or not a whole one */
export function readHeader(sealed: Buffer): SealedHeader {
  const first = sealed[0] ?? 0;
  if (first === VERSION_2) {
    const header = {
      keyId: sealed.length < HEADER_BYTES ? '' : `D${sealed.readUInt16BE(1)}`,
      isDataKey: true,
      bodyStart: HEADER_BYTES + NONCE_BYTES,
    };
    return checkLength(sealed, header);
  }
  if (first < 1 || first > MAX_ID_LENGTH) throw new Error('not a sealed value');
  const keyId = sealed.toString('latin1', 1, 1 + first);
  return checkLength(sealed, { keyId, isDataKey: false, bodyStart: 1 + first + NONCE_BYTES });
}

function checkLength(sealed: Buffer, header: SealedHeader): SealedHeader {
  if (sealed.length < header.bodyStart + TAG_BYTES) throw new Error('sealed value is cut short');
  return header;
}
