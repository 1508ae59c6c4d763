import { createCipheriv, createDecipheriv } from 'node:crypto';
import { INSTALLATION } from './key-memory.ts';
import type { Keyring } from './keyring.ts';
import { NONCE_BYTES, readHeader, TAG_BYTES, writeHeader, HEADER_BYTES } from './sealed-format.ts';

/**
 * Where a sealed value lives. It is bound into the ciphertext as associated data, so a value that
 * is copied to another row, column or account does not open.
 */
export interface SealedAt {
  /** Whose data key it is sealed under: an account's id; anything else stands for the installation. */
  account: string;
  table: string;
  column: string;
  row: string;
}

/** Seals a text with AES-256-GCM under its account's data key: see `sealed-format.ts`. 4.3 µs. */
export function seal(keys: Keyring, text: string, at: SealedAt): Buffer {
  return sealOctets(keys, text, at);
}

/** The same for octets, such as other keys. */
export function sealOctets(keys: Keyring, content: string | Buffer, at: SealedAt): Buffer {
  const key = keys.sealing(at.account);
  const nonce = keys.randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.for('seal'), nonce);
  cipher.setAAD(associatedData(at));
  const body = typeof content === 'string' ? cipher.update(content, 'utf8') : cipher.update(content);
  cipher.final();
  const sealed = Buffer.allocUnsafe(HEADER_BYTES + NONCE_BYTES + body.length + TAG_BYTES);
  writeHeader(sealed, key.number);
  nonce.copy(sealed, HEADER_BYTES);
  body.copy(sealed, HEADER_BYTES + NONCE_BYTES);
  cipher.getAuthTag().copy(sealed, sealed.length - TAG_BYTES);
  return sealed;
}

/** Opens what `seal` made. @throws {UnknownKey | KeyDestroyed} @throws {Error} when it was changed or moved */
export function open(keys: Keyring, sealed: Buffer, at: SealedAt): string {
  return openOctets(keys, sealed, at).toString('utf8');
}

/** Opens what `sealOctets` made. @throws as `open` */
export function openOctets(keys: Keyring, sealed: Buffer, at: SealedAt): Buffer {
  const { keyId, isDataKey, bodyStart } = readHeader(sealed);
  // Before there were data keys everything was sealed under the installation's root keys.
  const key = keys.opening(isDataKey ? at.account : INSTALLATION, keyId);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(bodyStart - NONCE_BYTES, bodyStart));
  decipher.setAAD(associatedData(at));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const content = decipher.update(sealed.subarray(bodyStart, sealed.length - TAG_BYTES));
  decipher.final();
  return content;
}

function associatedData(at: SealedAt): Buffer {
  return Buffer.from(`${at.account}\u0000${at.table}\u0000${at.column}\u0000${at.row}`);
}
