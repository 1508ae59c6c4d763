import {
  ChallengeExhausted,
  ChallengeExpired,
  ChallengeSettled,
  FactorExhausted,
  FactorLocked,
  FactorUnverified,
  FactorVerified,
  TooManyChallenges,
} from './errors.ts';
import type { DomainError } from '../errors.ts';

/** What may be guessed of a factor, as pure decisions. Times are epoch milliseconds. */

/** Of a factor that is not verified, and of a challenge. */
export const MAX_CHECKS = 5;
/** How long a challenge may be answered if nothing else is said, and at most. */
export const CHALLENGE_MS = 5 * 60_000;
export const MAX_CHALLENGE_MS = 60 * 60_000;

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Wrong codes in a row, over all challenges; NIST SP 800-63B allows 100 where codes have six digits. */
function maxFailedChecks(codeLength: number): number {
  return codeLength <= 4 ? 10 : 50;
}

/** Challenges of one factor: those that Twilio lets it have. */
function challengeLimits(codeLength: number): readonly { max: number; spanMs: number }[] {
  if (codeLength <= 4) return [{ max: 10, spanMs: DAY_MS }];
  return [
    { max: 50, spanMs: HOUR_MS },
    { max: 100, spanMs: DAY_MS },
  ];
}

interface Factor {
  status: 'unverified' | 'verified';
  codeLength: number;
  failedChecks: number;
}

/** Why a factor may not be verified now; undefined when it may. */
export function refuseVerifying({ status, failedChecks }: Factor): DomainError | undefined {
  if (status === 'verified') return new FactorVerified();
  return failedChecks >= MAX_CHECKS ? new FactorExhausted() : undefined;
}

/** @param recent when the challenges of the last day were made, oldest first */
export function refuseChallenge(
  factor: Factor,
  recent: readonly number[],
  now: number,
): DomainError | undefined {
  if (factor.status !== 'verified') return new FactorUnverified();
  if (isLocked(factor)) return new FactorLocked();
  for (const { max, spanMs } of challengeLimits(factor.codeLength)) {
    const oldest = recent.at(-max);
    if (oldest !== undefined && oldest > now - spanMs) return new TooManyChallenges(oldest + spanMs - now);
  }
  return undefined;
}

interface Challenge {
  status: 'pending' | 'approved';
  checksUsed: number;
  expiresAt: Date;
}

/** Why a challenge may not be answered now; undefined when it may. */
export function refuseAnswer(challenge: Challenge, factor: Factor, now: number): DomainError | undefined {
  if (challenge.status === 'approved') return new ChallengeSettled();
  if (challenge.expiresAt.getTime() <= now) return new ChallengeExpired(challenge.expiresAt);
  if (challenge.checksUsed >= MAX_CHECKS) return new ChallengeExhausted();
  return isLocked(factor) ? new FactorLocked() : undefined;
}

function isLocked({ failedChecks, codeLength }: Factor): boolean {
  return failedChecks >= maxFailedChecks(codeLength);
}
