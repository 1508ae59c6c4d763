import type { SubmitOutcome } from '../carriers/carrier.ts';
import type { Tx } from '../db/client.ts';
import type { StoredDecision } from '../routing/decision.ts';
import type { AccountId, AttemptId, CarrierId, MessageId, VerificationId } from '../ids.ts';
import { carrierMessageName, findAttempts, type CarrierMessageKey } from './find-attempts.ts';
import type { AttemptPart } from './attempt-parts.ts';
import type { Verdict } from './exclusion.ts';
import { takeFromInbox, type AccountReceipt } from './inbox.ts';
import type { Fact } from './message.ts';

interface Concerned {
  accountId: AccountId;
  verificationId: VerificationId;
  messageId: MessageId;
}

export interface Submitted extends Concerned {
  attemptId: AttemptId;
  carrierId: CarrierId;
  sender: string;
}

/** Something that was learned about a message or one of its attempts. */
export type NewFact =
  | ({ kind: 'outcome' | 'lateAnswer'; outcome: SubmitOutcome } & Submitted)
  | ({ kind: 'receipt' } & AccountReceipt)
  | ({ kind: 'ended' } & Concerned)
  /** No route would take it now; with a verdict: nor later, unless the configuration changes. */
  | ({ kind: 'noRoute'; verdict: LastingVerdict | undefined } & Concerned)
  /** Its receipt is waited for some more. */
  | ({ kind: 'patience'; waitMs: number } & Concerned)
  /** Nothing was heard of its last attempt; nothing could be planned for it. */
  | ({ kind: 'givenUp' | 'unplanned' } & Concerned);

/** Why no route can ever carry a message, and the choice that says so. */
export interface LastingVerdict extends Verdict {
  decision: StoredDecision;
}

/** A fact with the rows that it concerns. */
export interface Step extends Concerned {
  fact: Fact;
  attemptId?: AttemptId;
  /** The answer to the submit, when the fact is one. */
  answer?: { outcome: SubmitOutcome; sender: string };
  receipt?: AccountReceipt;
  /** Which part of the message the receipt is about, from 1. */
  part?: number;
  /** The receipt of one part has stayed alone: it stands for the whole message, or the others will come. */
  lone?: 'stands' | 'waits';
  /** Why no route can carry it, when that is the fact. */
  decision?: StoredDecision;
}

export interface ResolvedFacts {
  steps: Step[];
  /** Receipts of which no attempt is known yet. */
  early: AccountReceipt[];
  /** What the carrier calls the further parts of messages that it took. */
  parts: AttemptPart[];
}

const NO_ROUTE_NOW: SubmitOutcome = { kind: 'unavailable', reason: 'no route is open' };

/** Finds the attempt of every receipt: in this batch, in the table, or not yet. */
export async function resolveFacts(tx: Tx, facts: readonly NewFact[], now: number): Promise<ResolvedFacts> {
  const attempts = new Map<string, Concerned & { attemptId: AttemptId; part: number }>();
  const parts: AttemptPart[] = [];
  const acceptedKeys: CarrierMessageKey[] = [];
  const steps: Step[] = [];
  const receipts: AccountReceipt[] = [];
  for (const f of facts) {
    switch (f.kind) {
      case 'outcome':
      case 'lateAnswer': {
        const { kind, outcome, sender, ...concerned } = f;
        steps.push({ ...concerned, fact: { kind, outcome }, answer: { outcome, sender } });
        if (outcome.kind !== 'accepted') break;
        const { accountId, carrierId, attemptId, messageId, verificationId } = f;
        const ids = [outcome.carrierMessageId, ...(outcome.parts?.others ?? [])];
        ids.forEach((carrierMessageId, index) => {
          const key = { accountId, carrierId, carrierMessageId };
          const part = index + 1;
          attempts.set(carrierMessageName(key), { ...concerned, part });
          acceptedKeys.push(key);
          if (part > 1) parts.push({ ...key, attemptId, part, messageId, verificationId });
        });
        break;
      }
      case 'ended':
      case 'givenUp':
      case 'unplanned':
        steps.push({ ...f, fact: { kind: f.kind } });
        break;
      case 'noRoute': {
        const { verdict, ...concerned } = f;
        if (verdict) {
          const { decision, ...why } = verdict;
          steps.push({ ...concerned, fact: { kind: 'noRoute', ...why }, decision });
        } else steps.push({ ...concerned, fact: { kind: 'outcome', outcome: NO_ROUTE_NOW } });
        break;
      }
      case 'patience':
        steps.push({ ...f, fact: { kind: 'patience', waitMs: f.waitMs } });
        break;
      case 'receipt':
        // On its way is not news: nothing waits for it.
        if (f.state !== 'enroute') receipts.push(f);
        break;
      default:
        throw new Error(`unhandled fact: ${f satisfies never}`);
    }
  }
  const unmatched = receipts.filter((receipt) => !attempts.has(carrierMessageName(receipt)));
  const [known, waited] = await Promise.all([
    findAttempts(tx, unmatched, now),
    takeFromInbox(tx, acceptedKeys),
  ]);
  for (const { id, carrierMessageId, ...a } of known) {
    attempts.set(carrierMessageName({ ...a, carrierMessageId }), { ...a, attemptId: id });
  }
  // Receipts behind the answers: in one batch their order of arrival says nothing.
  const early: AccountReceipt[] = [];
  for (const receipt of [...waited, ...receipts]) {
    const attempt = attempts.get(carrierMessageName(receipt));
    if (!attempt) early.push(receipt);
    else if (receipt.state !== 'enroute') {
      const { accountId, verificationId, messageId, attemptId, part } = attempt;
      const { state, retry, error } = receipt;
      const fact = { kind: 'receipt', state, retry, error } as const;
      steps.push({ accountId, verificationId, messageId, attemptId, receipt, part, fact });
    }
  }
  return { steps, early, parts };
}
