import type { AccountId, AttemptId, MessageId, RouteId, VerificationId } from '../ids.ts';

/** An attempt as the process that made it remembers it, until its verification cannot convert any more. */
export interface Sighting {
  attemptId: AttemptId;
  messageId: MessageId;
  routeId: RouteId;
  /** MCC and MNC that it was routed by; what is told of it later goes by the same. */
  operator?: string | undefined;
  /** Of the receipt, epoch milliseconds. */
  deliveredAt?: number;
  failed: boolean;
  /** Nothing was heard of it when its message went out again, or when its person asked for another one. */
  isOvertaken: boolean;
}

/**
 * The attempt by which a verification was approved. All of them carry the same code, so nobody knows;
 * most likely it is the one that the handset got last, and without any receipt the last one that went out.
 * @param attempts in the order in which they were made
 */
export function convertedBy(attempts: readonly Sighting[]): Sighting | undefined {
  let best: Sighting | undefined;
  for (const attempt of attempts) {
    if (attempt.failed) continue;
    if (!best || (attempt.deliveredAt ?? 0) >= (best.deliveredAt ?? 0)) best = attempt;
  }
  // The carrier may have been wrong about all of them.
  return best ?? attempts.at(-1);
}

/**
 * What an attempt means whose verification was approved by another one: it was in vain for no fault of
 * its route, unless it was overtaken because nothing was heard of it, and still is. Then its silence stays
 * what it is: otherwise a black hole whose messages are all rescued, by us or by people who ask again,
 * would never be found out.
 */
export function isExcused({ deliveredAt, failed, isOvertaken }: Sighting): boolean {
  return !isOvertaken || failed || deliveredAt !== undefined;
}

/** One more attempt of a verification. */
export interface Repeat {
  messageId: MessageId;
  /** Made because the receipt of an earlier attempt of the message did not come in time. */
  isLate: boolean;
}

/**
 * Notes which attempts a new one overtakes: nothing was heard of them although their receipts are late, or
 * their person has asked for another message since. Ids of messages grow with time.
 */
export function overtake(attempts: readonly Sighting[], { messageId, isLate }: Repeat): void {
  for (const attempt of attempts) {
    const isSilent = !attempt.failed && attempt.deliveredAt === undefined;
    const isMeant = attempt.messageId === messageId ? isLate : attempt.messageId < messageId;
    if (isSilent && isMeant) attempt.isOvertaken = true;
  }
}

/** What a process knows of one verification that it made attempts of. */
export interface Sighted {
  accountId: AccountId;
  verificationId: VerificationId;
  country: string;
  attempts: Sighting[];
  /** Another process made attempts of it, too: only the database knows all. */
  elsewhere: boolean;
}
