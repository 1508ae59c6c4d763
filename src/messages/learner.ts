import { LRUCache } from 'lru-cache';
import { publishOutcomes, subscribeToOutcomes, type Outcome } from '../bus/outcomes.ts';
import type { SubmitOutcome } from '../carriers/carrier.ts';
import type { AccountId, AttemptId, RouteId, VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readSightings, readUnseen } from './sighting-queries.ts';
import { createPolicies } from '../routing/policies.ts';
import type { ObservationKind } from '../routing/policy.ts';
import { convertedBy, isExcused, overtake, type Repeat, type Sighted, type Sighting } from './sightings.ts';

/** An attempt that is about to be submitted. */
export interface NewSighting extends Repeat {
  accountId: AccountId;
  verificationId: VerificationId;
  attemptId: AttemptId;
  routeId: RouteId;
  country: string;
  /** MCC and MNC that it was routed by. */
  operator?: string | undefined;
  /** Epoch milliseconds: from then on nothing converts any more. */
  expiresAt: number;
  /** Attempts of this verification were made before, perhaps by another process. */
  isRepeated: boolean;
}

/**
 * Tells the policies what becomes of the attempts that this process made: what their carriers say
 * right here, receipts and conversions from whichever process hears of them.
 */
export interface Learner extends AsyncDisposable {
  submitted(attempt: NewSighting): void;
  /** What the carrier said to the submit. */
  answered(attempt: NewSighting, outcome: SubmitOutcome): void;
}

const OBSERVED = {
  accepted: 'accepted',
  rejected: 'rejected',
  throttled: 'throttled',
  // Nothing was written: like a carrier that wants less traffic, it says nothing of the route's quality.
  unavailable: 'throttled',
  unknown: 'timedOut',
} as const satisfies Record<SubmitOutcome['kind'], ObservationKind>;

// About 300 bytes each. Beyond this the oldest are forgotten: what becomes of them teaches nothing.
const MAX_SIGHTED = 200_000;
// A code that was checked in its last moment is heard of a little later.
const GRACE_MS = 10_000;

export function createLearner(app: App): Learner {
  const policies = app.single(createPolicies);
  const sighted = new LRUCache<VerificationId, Sighted>({
    max: MAX_SIGHTED,
    perf: { now: () => app.clock() },
  });

  function observe(of: Sighted, seen: Sighting, kind: ObservationKind, at: number) {
    const { attemptId, routeId, operator } = seen;
    const place = { country: of.country, ...(operator !== undefined && { operator }) };
    policies.observe(of.accountId, { kind, attemptId, routeId, ...place, at });
  }

  function onOutcome(outcome: Outcome): void {
    const of = sighted.get(outcome.verificationId);
    if (!of) return;
    switch (outcome.kind) {
      case 'delivered':
      case 'undelivered': {
        const seen = of.attempts.find(({ attemptId }) => attemptId === outcome.attemptId);
        if (!seen) return;
        if (outcome.kind === 'delivered') seen.deliveredAt = outcome.at;
        else seen.failed = true;
        return observe(of, seen, outcome.kind, outcome.at);
      }
      case 'retried':
        if (of.attempts.some(({ attemptId }) => attemptId === outcome.attemptId)) return;
        of.elsewhere = true;
        overtake(of.attempts, outcome);
        return;
      case 'abandoned':
        sighted.delete(outcome.verificationId);
        for (const seen of of.attempts) observe(of, seen, 'abandoned', outcome.at);
        return;
      case 'converted':
        sighted.delete(outcome.verificationId);
        credit(of, outcome.at).catch((error: unknown) =>
          app.log.error({ err: error }, 'a conversion was not learned from'),
        );
        return;
      default:
        throw new Error(`unhandled outcome: ${outcome satisfies never}`);
    }
  }

  /** One attempt converted; the others of the verification were in vain. */
  async function credit(of: Sighted, at: number): Promise<void> {
    const all = of.elsewhere ? await readSightings(app, of.accountId, of.verificationId) : of.attempts;
    const winner = convertedBy(all)?.attemptId;
    for (const seen of of.attempts) {
      if (seen.attemptId === winner) observe(of, seen, 'converted', at);
      else if (isExcused(seen)) observe(of, seen, 'abandoned', at);
    }
  }

  /** What was said while nobody could hear it. */
  async function catchUp(): Promise<void> {
    const waiting = [...sighted.values()];
    for await (const outcome of readUnseen(app, waiting)) onOutcome(outcome);
  }

  const subscription = subscribeToOutcomes(app.bus, {
    onOutcome,
    onResync: () =>
      void catchUp().catch((error: unknown) => app.log.error({ err: error }, 'outcomes not caught up with')),
  });

  return {
    submitted(attempt) {
      const { accountId, verificationId, messageId, attemptId, routeId, country, operator } = attempt;
      const { expiresAt, isRepeated, isLate } = attempt;
      const now = app.clock();
      let of = sighted.get(verificationId);
      if (!of) {
        of = { accountId, verificationId, country, attempts: [], elsewhere: isRepeated };
        sighted.set(verificationId, of, { ttl: Math.max(1, expiresAt - now + GRACE_MS) });
      }
      overtake(of.attempts, attempt);
      const seen = { attemptId, messageId, routeId, operator, failed: false, isOvertaken: false };
      of.attempts.push(seen);
      observe(of, seen, 'submitted', now);
      if (isRepeated)
        publishOutcomes(app.bus, [
          { kind: 'retried', verificationId, messageId, attemptId, isLate, at: now },
        ]);
    },
    answered({ verificationId, attemptId }, outcome) {
      const kind = OBSERVED[outcome.kind];
      const of = sighted.get(verificationId);
      const seen = of?.attempts.find((one) => one.attemptId === attemptId);
      if (!of || !seen) return;
      if (kind === 'rejected' || kind === 'throttled') seen.failed = true;
      observe(of, seen, kind, app.clock());
    },
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}
