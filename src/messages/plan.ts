import type { Carrier, OutboundMessage } from '../carriers/carrier.ts';
import type { CarrierRegistry } from '../carriers/registry.ts';
import { newId } from '../crypto/new-id.ts';
import { transaction } from '../db/transaction.ts';
import type { CarrierId, MessageId } from '../ids.ts';
import { likelyOperator, type Resolution } from '../numbers/resolution.ts';
import type { App } from '../platform.ts';
import type { Sandbox } from '../sandbox/carrier.ts';
import { codeOf } from '../verifications/code-of.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { readWithNumbers } from '../verifications/with-numbers.ts';
import { abandonAttempts, insertAttempts, readTried } from './attempt-store.ts';
import { createChooser, type Choice } from './choose-route.ts';
import { createSandboxChooser } from './choose-sandbox.ts';
import type { ClaimedMessage, Lease } from './claim.ts';
import type { NewFact } from './facts.ts';
import type { NewSighting } from './learner.ts';
import { numbersOf } from './numbers-of.ts';
import { readRules } from './rules.ts';
import type { AttemptRow } from './table.ts';
import { cheaperText, composeText } from './text.ts';
import { nextSend, type Tried } from './tried.ts';
import type { WaitingMessage } from './waiting-room.ts';

export interface PlannedAttempt {
  attempt: AttemptRow;
  carrier: Carrier;
  message: OutboundMessage;
  lease: Lease;
  /** For a policy that learns. */
  sighting: NewSighting | undefined;
}

export interface Plan {
  attempts: PlannedAttempt[];
  /** What is known without a submit: the verification has ended, or no route is open. */
  facts: NewFact[];
  /** Whose numbers are being looked up: to be planned again when that is over. */
  waiting: WaitingMessage[];
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
  const plan: Plan = { attempts: [], facts: [], waiting: [] };
  const taken = new Map<CarrierId, number>();
  const choosers = { live: createChooser(app, carriers), test: createSandboxChooser(app, sandbox) };
  const now = app.clock();
  const open = claimed.flatMap(({ id, verificationId }) => {
    const { verification, number } = byId.get(verificationId)!;
    return number && isOpen(verification, now) ? [{ id, verification, number }] : [];
  });
  const numbers = await numbersOf(app, open, told);
  for (const message of claimed) {
    const { verification } = byId.get(message.verificationId)!;
    const { accountId, verificationId, id: messageId } = message;
    const number = numbers.get(messageId);
    if (!number) {
      plan.facts.push({ kind: 'ended', accountId, verificationId, messageId });
      continue;
    }
    const { to, destination, resolution } = number;
    if (resolution instanceof Promise) {
      plan.waiting.push({ message, resolution });
      continue;
    }
    const operator = likelyOperator(resolution);
    const before = (tried.get(messageId) ?? []).map(givenUp);
    const schedule = rules.scheduleOf(verification);
    const next = nextSend(before, message.attemptsSpent, schedule, now - message.wasDueAt.getTime());
    if (next.kind !== 'send') {
      plan.facts.push({ ...next, accountId, verificationId, messageId });
      continue;
    }
    const { isLate, onlyUntried } = next;
    const choice = await choosers[verification.mode].choose({
      verification,
      destination,
      operator,
      taken,
      tried: before,
      onlyUntried,
      now,
    });
    if ('carrier' in choice) {
      const { carrier } = choice;
      plan.attempts.push(planAttempt(app, choice, message, verification, to, resolution, isLate, now));
      taken.set(carrier.id, (taken.get(carrier.id) ?? 0) + 1);
    } else if (isLate && choice.verdict)
      plan.facts.push({ kind: 'patience', waitMs: Infinity, accountId, verificationId, messageId });
    else plan.facts.push({ kind: 'noRoute', ...choice, accountId, verificationId, messageId });
  }
  const rows = plan.attempts.map((planned) => planned.attempt);
  if (again.length > 0) {
    await transaction(
      app.lanes,
      (tx) => abandonAttempts(tx, again),
      (tx) => insertAttempts(tx, rows),
    );
  } else await insertAttempts(app.sql, rows);
  return plan;
}

function isOpen({ status, expiresAt }: VerificationRow, now: number): boolean {
  return status === 'pending' && expiresAt.getTime() > now;
}

// What a worker was submitting when the message was claimed from it, nobody knows about.
function givenUp(attempt: Tried): Tried {
  return attempt.status === 'submitting' ? { ...attempt, status: 'unknown' } : attempt;
}

function planAttempt(
  app: App,
  choice: Choice,
  message: ClaimedMessage,
  verification: VerificationRow,
  to: string,
  resolution: Resolution,
  isLate: boolean,
  now: number,
): PlannedAttempt {
  const attempt = newAttempt(message, verification, resolution, choice, isLate, now);
  const learns = verification.mode === 'live' && choice.service.settings.routing === 'adaptive';
  return {
    attempt,
    carrier: choice.carrier,
    message: compose(app, attempt, verification, to, choice),
    lease: {
      accountId: message.accountId,
      messageId: message.id,
      verificationId: message.verificationId,
      until: message.dueAt,
    },
    sighting: learns ? sightingOf(attempt, verification, resolution, message) : undefined,
  };
}

function sightingOf(
  attempt: AttemptRow,
  verification: VerificationRow,
  resolution: Resolution,
  message: ClaimedMessage,
): NewSighting {
  const { accountId, verificationId, messageId, id: attemptId, routeId } = attempt;
  const { country, expiresAt, createdAt } = verification;
  // A message that was queued with its verification, and that nobody has had before, is its first attempt.
  const isRepeated = !message.isFirst || message.queuedAt.getTime() !== createdAt.getTime();
  return {
    accountId,
    verificationId,
    messageId,
    attemptId,
    routeId,
    country,
    operator: likelyOperator(resolution),
    expiresAt: expiresAt.getTime(),
    isRepeated,
    isLate: attempt.isLate,
  };
}

function newAttempt(
  message: ClaimedMessage,
  { country }: VerificationRow,
  { operator, confidence }: Resolution,
  { route, price, decision }: Choice,
  isLate: boolean,
  now: number,
): AttemptRow {
  return {
    accountId: message.accountId,
    id: newId('att', now),
    messageId: message.id,
    verificationId: message.verificationId,
    carrierId: route.carrierId,
    routeId: route.id,
    country,
    operator: operator?.mccMnc ?? null,
    operatorConfidence: operator ? confidence : null,
    status: 'submitting',
    isLate,
    carrierMessageId: null,
    errorCode: null,
    errorMessage: null,
    parts: null,
    partsDueAt: null,
    retry: null,
    decision,
    price,
    submittedAt: new Date(now),
    answeredAt: null,
    settledAt: null,
  };
}

/** Every send of a verification carries the same code: it is derived anew from the same nonce. */
function compose(
  app: App,
  attempt: AttemptRow,
  verification: VerificationRow,
  to: string,
  { service, sender, registrations }: Choice,
): OutboundMessage {
  const code = codeOf(app.keys, verification, 'code');
  const { templates, smartEncoding } = service.settings;
  const text = composeText(templates, verification.locale, service.name, code);
  return {
    attemptId: attempt.id,
    ...(verification.mode === 'test' && { isTest: true }),
    to,
    sender,
    text: smartEncoding ? cheaperText(text) : text,
    ...(registrations && { registrations }),
    expiresAt: verification.expiresAt,
  };
}
