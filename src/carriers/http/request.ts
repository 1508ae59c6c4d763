import type { OutboundMessage, SubmitOutcome } from '../carrier.ts';
import type { HttpRequest } from '../../outgoing/http/exchange.ts';
import { createRequestWriter } from '../../outgoing/http/request.ts';
import type { HttpCarrierConfig } from './config.ts';
import { PLACEHOLDERS, valueOf } from './placeholders.ts';

type Refusal = Extract<SubmitOutcome, { kind: 'rejected' }>;

export interface SubmitWriter {
  origin: URL;
  /** The request for a message, or why it cannot be written. */
  write(message: OutboundMessage, now: number): HttpRequest | Refusal;
}

/** @param callbackUrl where the carrier sends its receipts */
export function createSubmitWriter(
  { request }: HttpCarrierConfig,
  secrets: Readonly<Record<string, string>>,
  callbackUrl: string,
): SubmitWriter {
  const { origin, write } = createRequestWriter(request, PLACEHOLDERS, secrets);
  return {
    origin,
    write(message, now) {
      if (message.expiresAt.getTime() <= now)
        return refusal('expired', 'the message was of no use any more', 'never');
      const written = write((placeholder) => valueOf(placeholder, { message, now, callbackUrl }));
      return 'unfit' in written ? refusal('invalid_request', written.unfit, 'elsewhere') : written;
    },
  };
}

function refusal(code: string, message: string, retry: Refusal['retry']): Refusal {
  return { kind: 'rejected', error: { code, message }, retry };
}
