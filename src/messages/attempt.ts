import type { SubmitOutcome } from '../carriers/carrier.ts';

export type AttemptStatus =
  | 'submitting' // written down before the socket: a crash leaves it, and then nobody knows
  | 'submitted'
  | 'delivered'
  | 'undelivered'
  | 'rejected'
  | 'unknown'; // the link died after the write: not the same as failed

/** What the carrier's answer makes of an attempt that was being submitted. */
export function statusAfterSubmit(outcome: SubmitOutcome): AttemptStatus {
  switch (outcome.kind) {
    case 'accepted':
      return 'submitted';
    case 'throttled':
    case 'unavailable':
    case 'rejected':
      return 'rejected';
    case 'unknown':
      return 'unknown';
    default:
      throw new Error(`unhandled outcome: ${outcome satisfies never}`);
  }
}

// How much is known: a receipt may come twice, late, or in the wrong order, but knowledge only grows.
const KNOWN: Record<AttemptStatus, number> = {
  submitting: 0,
  unknown: 1,
  submitted: 2,
  rejected: 3,
  undelivered: 3,
  delivered: 3,
};

/** Moves an attempt's status; a step back, or between two ends, is ignored. */
export function advanceAttempt(from: AttemptStatus, to: AttemptStatus): AttemptStatus {
  return KNOWN[to] > KNOWN[from] ? to : from;
}
