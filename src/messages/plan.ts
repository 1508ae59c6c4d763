import type { CarrierRegistry } from '../carriers/registry.ts';
import type { Failed } from '../db/isolate.ts';
import { isOutage } from '../db/outage.ts';
import { transaction } from '../db/transaction.ts';
import type { AttemptId, CarrierId, MessageId } from '../ids.ts';
import { likelyOperator, type Resolution } from '../numbers/resolution.ts';
import type { App } from '../platform.ts';
import type { Sandbox } from '../sandbox/carrier.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { readWithNumbers } from '../verifications/with-numbers.ts';
import { insertAttempts, readTried } from './attempt-store.ts';
import { createChooser } from './choose-route.ts';
import { createSandboxChooser } from './choose-sandbox.ts';
import { holdClaims, leaseOf, type ClaimedMessage } from './claim.ts';
import type { NewFact } from './facts.ts';
import { numbersOf, type NumberOf } from './numbers-of.ts';
import { planAttempt, type PlannedAttempt } from './planned-attempt.ts';
import { readRules } from './rules.ts';
import { nextSend, type Tried } from './tried.ts';
import type { WaitingMessage } from './waiting-room.ts';

export interface Plan {
  attempts: PlannedAttempt[];
  /** What is known without a submit: the verification has ended, or no route is open. */
  facts: NewFact[];
  /** Whose numbers are being looked up: to be planned again when that is over. */
  waiting: WaitingMessage[];
  /** What nothing could be planned for, and why. */
  failed: Failed<ClaimedMessage>[];
}

/** Over which messages leave: live ones and tests. */
export interface Links {
  carriers: CarrierRegistry;
  sandbox: Sandbox;
}

/**
 * Chooses a route for each claimed message and writes the attempts down, before any socket is
 * written to: a crash in between leaves an attempt that nobody knows about, never a blind resend.
 * @param told what the lookups of numbers came to, of messages that waited for them
 */
export async function planAttempts(
  app: App,
  { carriers, sandbox }: Links,
  claimed: readonly ClaimedMessage[],
  told: ReadonlyMap<MessageId, Resolution> = new Map(),
): Promise<Plan> {
  const verifications = await readWithNumbers(
    app.sql,
    claimed.map((m) => ({ accountId: m.accountId, id: m.verificationId })),
  );
  const byId = new Map(verifications.map((v) => [v.verification.id, v]));
  const again = claimed.filter((m) => !m.isFirst);
  const tried = await readTried(app.sql, again);
  const rules = await readRules(
    app,
    claimed.map(({ accountId }) => accountId),
  );
  const plan: Plan = { attempts: [], facts: [], waiting: [], failed: [] };
  const taken = new Map<CarrierId, number>();
  const choosers = { live: createChooser(app, carriers), test: createSandboxChooser(app, sandbox) };
  const now = app.clock();
  const open = claimed.flatMap(({ id, verificationId }) => {
    const { verification, number } = byId.get(verificationId) ?? {};
    return verification && number && isOpen(verification, now) ? [{ id, verification, number }] : [];
  });
  const numbers = await numbersOf(app, open, told);
  for (const message of claimed) {
    const number = numbers.get(message.id);
    const before = (tried.get(message.id) ?? []).map(givenUp);
    try {
      if (number && 'error' in number) throw number.error;
      await planMessage(message, byId.get(message.verificationId)!.verification, number, before);
    } catch (error) {
      // Nothing is wrong with the message while the database is away. Otherwise the others must not wait for it.
      if (isOutage(error)) throw error;
      plan.failed.push({ item: message, error });
    }
  }
  const { attempts, ended } = await writeAttempts(app, plan.attempts, again);
  for (const { attempt } of ended) {
    const { accountId, verificationId, messageId } = attempt;
    plan.facts.push({ kind: 'ended', accountId, verificationId, messageId });
  }
  return { ...plan, attempts };

  async function planMessage(
    message: ClaimedMessage,
    verification: VerificationRow,
    number: NumberOf | undefined,
    before: readonly Tried[],
  ): Promise<void> {
    const { accountId, verificationId, id: messageId } = message;
    const about = { accountId, verificationId, messageId };
    if (!number) {
      plan.facts.push({ kind: 'ended', ...about });
      return;
    }
    const { to, destination, resolution } = number;
    if (resolution instanceof Promise) {
      plan.waiting.push({ message, resolution });
      return;
    }
    const schedule = rules.scheduleOf(verification);
    const overdueMs = now - message.wasDueAt.getTime();
    const next = nextSend(before, message.attemptsSpent, schedule, overdueMs, (attempt) =>
      rules.expectsReceipt(verification, attempt, now),
    );
    if (next.kind !== 'send') {
      plan.facts.push({ ...next, ...about });
      return;
    }
    const { isLate, onlyUntried } = next;
    const { country } = verification;
    const place = { country, operator: likelyOperator(resolution), lineType: resolution.lineType };
    const choice = await choosers[verification.mode].choose({
      ...{ verification, destination, place, taken, onlyUntried, now },
      tried: before,
      pinnedTo: message.pinnedRouteId,
    });
    if ('carrier' in choice) {
      const { id } = choice.carrier;
      plan.attempts.push(planAttempt(app, { choice, message, verification, to, resolution, isLate, now }));
      taken.set(id, (taken.get(id) ?? 0) + 1);
    } else if (isLate && choice.verdict) plan.facts.push({ kind: 'patience', waitMs: Infinity, ...about });
    else plan.facts.push({ kind: 'noRoute', ...choice, ...about });
  }
}

/**
 * Writes attempts down, those of messages that were tried before only while these are still ours.
 * @returns what may be submitted, and what not because its verification has ended meanwhile
 */
async function writeAttempts(
  app: App,
  planned: readonly PlannedAttempt[],
  again: readonly ClaimedMessage[],
): Promise<{ attempts: PlannedAttempt[]; ended: PlannedAttempt[] }> {
  const rowsOf = (some: readonly PlannedAttempt[]) => some.map(({ attempt }) => attempt);
  if (again.length === 0) return parted(planned, await insertAttempts(app.sql, rowsOf(planned)));
  const repeated = new Map(again.map((message) => [message.id, message]));
  const { ours, held, written } = await transaction(
    app.lanes,
    (tx) => holdClaims(tx, again.map(leaseOf)),
    async (tx, held) => {
      const ours = planned.filter(({ lease: { messageId: id } }) => !repeated.has(id) || held.has(id));
      return { ours, held, written: await insertAttempts(tx, rowsOf(ours)) };
    },
  );
  for (const [id, until] of held) repeated.get(id)!.dueAt = until;
  for (const { lease } of ours) lease.until = held.get(lease.messageId) ?? lease.until;
  return parted(ours, written);
}

function parted(planned: readonly PlannedAttempt[], written: ReadonlySet<AttemptId>) {
  return {
    attempts: planned.filter(({ attempt }) => written.has(attempt.id)),
    ended: planned.filter(({ attempt }) => !written.has(attempt.id)),
  };
}

function isOpen({ status, expiresAt }: VerificationRow, now: number): boolean {
  return status === 'pending' && expiresAt.getTime() > now;
}

// What a worker was submitting when the message was claimed from it, nobody knows about.
function givenUp(attempt: Tried): Tried {
  return attempt.status === 'submitting' ? { ...attempt, status: 'unknown' } : attempt;
}
