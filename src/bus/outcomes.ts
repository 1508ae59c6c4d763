import type { AttemptId, CarrierId, MessageId, VerificationId } from '../ids.ts';
import type { Bus } from './bus.ts';
import { OUTCOME_CHANNEL } from './channels.ts';

/**
 * What became of an attempt or of a verification: the workers' routing learns from it, whichever process
 * heard of it first. Like everything on the bus it may get lost; the database has it, too.
 */
export type Outcome = { verificationId: VerificationId; at: number } & (
  | { kind: 'delivered' | 'undelivered'; attemptId: AttemptId; carrierId: CarrierId }
  /** Its code was checked successfully. */
  | { kind: 'converted' }
  /** It ended without approval, for no reason of the route's. */
  | { kind: 'abandoned' }
  /** One more attempt of it was made: what comes now may be that one's. `isLate`: because no receipt came. */
  | { kind: 'retried'; messageId: MessageId; attemptId: AttemptId; isLate: boolean }
);

/** Tells every process that listens, this one included. */
export function publishOutcomes(bus: Bus, outcomes: readonly Outcome[]): void {
  if (outcomes.length > 0) bus.publish([{ channel: OUTCOME_CHANNEL, payload: JSON.stringify(outcomes) }]);
}

export async function subscribeToOutcomes(
  bus: Bus,
  listener: { onOutcome(outcome: Outcome): void; onResync(): void },
): Promise<() => void> {
  return bus.subscribe(OUTCOME_CHANNEL, {
    onMessage: (payload) => {
      for (const outcome of JSON.parse(payload) as Outcome[]) listener.onOutcome(outcome);
    },
    onResync: () => listener.onResync(),
  });
}
