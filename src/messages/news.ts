import type { Outcome } from '../bus/outcomes.ts';
import type { ReceiptNews } from '../routing/receipt-latencies.ts';
import type { VerificationRow } from '../verifications/table.ts';
import type { AttemptStatus } from './attempt.ts';
import type { AttemptState } from './attempt-store.ts';
import type { Step } from './facts.ts';

/** What a receipt says of its attempt, for the policies of whoever made that. */
export function outcomeOf({ receipt, verificationId, attemptId }: Step): Outcome {
  const kind = receipt!.state === 'delivered' ? 'delivered' : 'undelivered';
  const { carrierId, receivedAt } = receipt!;
  return { kind, verificationId, attemptId: attemptId!, carrierId, at: receivedAt.getTime() };
}

/**
 * What an attempt's step says of its route's receipts as such. Only those of attempts that were known as
 * taken count: others could not have been waited for.
 * @param before its status before the step
 */
export function newsOf(
  { accountId, mode, country }: VerificationRow,
  { routeId, carrierId, status, answeredAt }: AttemptState,
  before: AttemptStatus,
  now: number,
  { receipt, answer }: Step,
): ReceiptNews[] {
  // The sandbox's receipts come as their number says.
  if (mode === 'test') return [];
  const about = { accountId, routeId, carrierId, country, at: now };
  if (status === 'submitted') return isAwaited(answer) ? [{ ...about, what: { kind: 'taken' } }] : [];
  if (!receipt || before !== 'submitted') return [];
  // A receipt may overtake the answer.
  const afterMs = Math.max(0, receipt.receivedAt.getTime() - (answeredAt?.getTime() ?? now));
  return [{ ...about, what: status === 'delivered' ? { kind: status, afterMs } : { kind: 'undelivered' } }];
}

/** Whether the carrier was asked for a receipt of what it took. */
export function isAwaited(answer: Step['answer']): boolean {
  return answer?.outcome.kind === 'accepted' && answer.outcome.receipt !== 'none';
}
