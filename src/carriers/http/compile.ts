import type { AnswerReader } from './answer.ts';
import type { HttpCarrierConfig } from './config.ts';
import { parsePointer } from '../../outgoing/http/pointer.ts';
import type { InboundReader } from './inbound-fields.ts';
import type { ReceiptReader } from './receipts.ts';

/** The part of a configuration that reads answers, with its pointers taken apart. */
export function answerReader(
  { answer }: HttpCarrierConfig,
  secrets: Readonly<Record<string, string>>,
): AnswerReader {
  return {
    // Shorter ones are in every other word.
    secrets: Object.values(secrets).filter((secret) => secret.length >= 4),
    format: answer.format,
    messageId: answer.messageId === '{attemptId}' ? 'ours' : parsePointer(answer.messageId)!,
    whenIdIsMissing: answer.whenIdIsMissing,
    segments: pointer(answer.segments),
    errorCode: pointer(answer.errorCode),
    errorMessage: pointer(answer.errorMessage),
    rules: answer.rules.map(({ status, at, is, exists, means }) => ({
      status,
      field:
        at === undefined
          ? undefined
          : is === undefined
            ? { at: parsePointer(at)!, exists: exists! }
            : { at: parsePointer(at)!, is: new Set(is.map(String)) },
      meaning: means,
    })),
  };
}

/** The part that reads receipts. */
export function receiptReader(receipts: NonNullable<HttpCarrierConfig['receipts']>): ReceiptReader {
  return {
    list: parsePointer(receipts.list)!,
    messageId: parsePointer(receipts.messageId)!,
    state: parsePointer(receipts.state)!,
    states: new Map(Object.entries(receipts.states)),
    errorCode: pointer(receipts.errorCode),
    to: pointer(receipts.to),
  };
}

/** The part that reads messages from handsets. */
export function inboundReader(inbound: NonNullable<HttpCarrierConfig['inbound']>): InboundReader {
  return {
    list: parsePointer(inbound.list)!,
    from: parsePointer(inbound.from)!,
    to: parsePointer(inbound.to)!,
    text: parsePointer(inbound.text)!,
    id: pointer(inbound.id),
  };
}

function pointer(text: string | null) {
  return text === null ? undefined : parsePointer(text)!;
}
