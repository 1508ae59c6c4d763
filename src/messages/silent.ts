import type { Mode } from '../accounts/mode.ts';
import type { Channel, VerificationStatus } from '../verifications/verification.ts';
import type { Fact } from './message.ts';
import { mayArrive, type Tried } from './tried.ts';

/** An attempt that was silent when its receipt was late. */
export interface Silent<Attempt> {
  attempt: Attempt;
  /** Its code was typed in. No proof where another message of the verification can have brought it. */
  hasArrived: boolean;
}

/** What a fact is about. */
export interface Hushed<Attempt> {
  verification: { mode: Mode; channel: Channel; status: VerificationStatus; expiresAt: Date };
  /** Sent to try a route. */
  isPinned: boolean;
  /** All attempts of the message, oldest first. */
  tried: readonly Attempt[];
  /** That of the fact. */
  attempt: Attempt | undefined;
}

/**
 * The attempt that a fact shows to have been silent: the one that another was made for, or, where nothing else can
 * have arrived, the one whose verification is over when its message is due. Where a receipt is expected that is when it
 * is late, else the end of the code: each attempt is counted once.
 * @param expects whether the receipt of an attempt is to be waited for
 */
export function silentBy<Attempt extends Tried>(
  fact: Fact,
  { verification, isPinned, tried, attempt }: Hushed<Attempt>,
  expects: (attempt: Attempt) => boolean,
  now: number,
): Silent<Attempt> | undefined {
  const { mode, channel, status, expiresAt } = verification;
  if (mode === 'test') return undefined;
  if (fact.kind === 'outcome' && attempt?.isLate) {
    const before = tried[tried.indexOf(attempt) - 1];
    return before?.status === 'submitted' ? { attempt: before, hasArrived: false } : undefined;
  }
  // Whoever tries a route types no code.
  if (fact.kind !== 'ended' || channel !== 'sms' || isPinned) return undefined;
  const [only, ...others] = tried.filter((one) => mayArrive(one.status));
  if (only?.status !== 'submitted' || others.length > 0) return undefined;
  const isOver = now >= expiresAt.getTime();
  if (isOver && expects(only)) return undefined;
  if (status === 'approved') return { attempt: only, hasArrived: true };
  const isInVain = isOver && (status === 'pending' || status === 'expired');
  return isInVain ? { attempt: only, hasArrived: false } : undefined;
}
