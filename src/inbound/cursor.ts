import type { Id, InboundMessageId } from '../ids.ts';

/** The place of a message in its account's stream: by the writing transaction, then by id. */
export interface InboundCursor {
  /** 64-bit id of the writing transaction, decimal. */
  transaction: string;
  id: InboundMessageId;
}

const BYTES = 8 + 16;

/** @returns 32 characters of base64url */
export function encodeInboundCursor({ transaction, id }: InboundCursor): string {
  const bytes = Buffer.allocUnsafe(BYTES);
  bytes.writeBigUInt64BE(BigInt(transaction), 0);
  bytes.write(id.slice('inb_'.length), 8, 16, 'hex');
  return bytes.toString('base64url');
}

/** Reads a cursor from outside; `undefined` when no message can have it. */
export function decodeInboundCursor(text: string): InboundCursor | undefined {
  if (!/^[A-Za-z0-9_-]{32}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const id: Id<'inb'> = `inb_${bytes.toString('hex', 8, BYTES)}`;
  return { transaction: String(bytes.readBigUInt64BE(0)), id };
}

/** Before every message of a transaction, and behind all messages of earlier ones. */
export function beforeTransaction(transaction: string): InboundCursor {
  return { transaction, id: `inb_${'0'.repeat(32)}` };
}
