import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Keyring } from './keyring.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Where a sealed value lives. It is bound into the ciphertext as associated data, so a value that
 * is copied to another row, column or account does not open.
 */
export interface SealedAt {
  account: string;
  table: string;
  column: string;
  row: string;
}

/**
 * Seals a text with AES-256-GCM under the current key.
 * @returns key id length (1 byte) ‖ key id ‖ nonce (12) ‖ ciphertext ‖ tag (16)
 */
export function seal(keys: Keyring, text: string, at: SealedAt): Buffer {
  const id = keys.currentId;
  const nonce = keys.randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keys.key('seal', id), nonce);
  cipher.setAAD(associatedData(at));
  const body = cipher.update(text, 'utf8');
  cipher.final();
  const header = Buffer.allocUnsafe(1 + id.length);
  header[0] = id.length;
  header.write(id, 1, 'latin1');
  return Buffer.concat([header, nonce, body, cipher.getAuthTag()]);
}

/** Opens what `seal` made. @throws {UnknownKey} @throws {Error} when it was changed or moved */
export function open(keys: Keyring, sealed: Buffer, at: SealedAt): string {
  const idLength = sealed[0] ?? 0;
  const bodyStart = 1 + idLength + NONCE_BYTES;
  if (sealed.length < bodyStart + TAG_BYTES) throw new Error('sealed value is cut short');
  const key = keys.key('seal', sealed.toString('latin1', 1, 1 + idLength));
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1 + idLength, bodyStart));
  decipher.setAAD(associatedData(at));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return (
    decipher.update(sealed.subarray(bodyStart, sealed.length - TAG_BYTES), undefined, 'utf8') +
    decipher.final('utf8')
  );
}

function associatedData(at: SealedAt): Buffer {
  return Buffer.from(`${at.account}\u0000${at.table}\u0000${at.column}\u0000${at.row}`);
}
