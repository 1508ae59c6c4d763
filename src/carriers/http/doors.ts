import type { CallbackAuth } from './callback-auth.ts';
import { inboundReader, receiptReader } from './compile.ts';
import type { HttpCarrierConfig } from './config.ts';
import type { InboundReader } from './inbound-fields.ts';
import type { ReceiptReader } from './receipts.ts';

/** What a carrier may call us with. */
export interface CallbackDoors {
  receipts: Door<ReceiptReader> | undefined;
  inbound: Door<InboundReader> | undefined;
}

/** How the calls of one sort are read. */
export interface Door<Reader> {
  format: 'json' | 'form' | 'query';
  auth: CallbackAuth;
  reader: Reader;
}

/** How the calls of a carrier are read, as its configuration says; undefined: it does not call. */
export function doorsOf({ receipts, inbound }: HttpCarrierConfig): CallbackDoors | undefined {
  if (!receipts && !inbound) return undefined;
  const inboundAuth = inbound?.auth ?? receipts?.auth;
  return {
    receipts: receipts
      ? { format: receipts.format, auth: receipts.auth, reader: receiptReader(receipts) }
      : undefined,
    inbound:
      inbound && inboundAuth
        ? { format: inbound.format, auth: inboundAuth, reader: inboundReader(inbound) }
        : undefined,
  };
}
