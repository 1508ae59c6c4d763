import type { CarrierReceipt } from '../carriers/carrier.ts';
import { formatReceipt, parseReceipt } from '../carriers/smpp/receipt.ts';
import { uuidOf, type AttemptId } from '../ids.ts';
import { SANDBOX_CARRIER_ID } from './place.ts';
import type { SandboxReceipt } from './table.ts';

/** What the sandbox's carrier calls an attempt of ours. */
export function carrierMessageIdOf(attemptId: AttemptId): string {
  return uuidOf(attemptId);
}

/** An owed receipt as its carrier says it: the words and numbers of SMPP, read as those of any other carrier. */
export function receiptOf({ attemptId, stat, err, dueAt }: SandboxReceipt, now: number): CarrierReceipt {
  const id = carrierMessageIdOf(attemptId);
  const body = formatReceipt({ id, stat, err, submittedAt: dueAt, doneAt: new Date(now) });
  const shortMessage = Buffer.from(body, 'latin1');
  const { carrierMessageId, state, error, retry } = parseReceipt({ shortMessage, dataCoding: 0, tlvs: {} })!;
  return {
    carrierId: SANDBOX_CARRIER_ID,
    carrierMessageId,
    state,
    ...(error && { error }),
    ...(retry && { retry }),
    receivedAt: new Date(now),
  };
}
