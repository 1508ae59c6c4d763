import type { DomainError } from '../errors.ts';
import {
  TooManyChecks,
  VerificationAlreadyUsed,
  VerificationCanceled,
  VerificationExpired,
  VerificationFailed,
} from './errors.ts';
import type { VerificationRow } from './table.ts';

/** Which end a verification came to, as the error that says so; undefined while it is pending. */
export function endedError(v: VerificationRow): DomainError | undefined {
  switch (v.status) {
    case 'pending':
      return undefined;
    case 'approved':
      return new VerificationAlreadyUsed(v.settledAt!);
    case 'expired':
      return new VerificationExpired(v.expiresAt);
    case 'canceled':
      return new VerificationCanceled(v.settledAt!);
    case 'max_checks_reached':
      return new TooManyChecks();
    case 'failed':
      return new VerificationFailed(v.failureReason ?? 'undeliverable');
    default:
      throw new Error(`unhandled status: ${v.status satisfies never}`);
  }
}
