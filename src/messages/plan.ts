import type { Carrier, OutboundMessage } from '../carriers/carrier.ts';
import type { CarrierRegistry } from '../carriers/registry.ts';
import { newId } from '../crypto/new-id.ts';
import { transaction } from '../db/transaction.ts';
import type { CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { StoredDecision } from '../routing/decision.ts';
import type { Route } from '../routing/directory.ts';
import type { Service } from '../services/directory.ts';
import { deriveCode } from '../verifications/code.ts';
import { openPhone } from '../verifications/phone.ts';
import { readVerifications } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { abandonAttempts, insertAttempts, triedRoutes } from './attempt-store.ts';
import { createChooser, senderOf, type Choice } from './choose-route.ts';
import type { ClaimedMessage, Lease } from './claim.ts';
import type { NewFact } from './facts.ts';
import type { NewSighting } from './learner.ts';
import type { AttemptRow } from './table.ts';
import { composeText } from './text.ts';

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
}

/**
 * Chooses a route for each claimed message and writes the attempts down, before any socket is
 * written to: a crash in between leaves an attempt that nobody knows about, never a blind resend.
 */
export async function planAttempts(
  app: App,
  carriers: CarrierRegistry,
  claimed: readonly ClaimedMessage[],
): Promise<Plan> {
  const verifications = await readVerifications(
    app.sql,
    claimed.map((m) => ({ accountId: m.accountId, id: m.verificationId })),
  );
  const byId = new Map(verifications.map((v) => [v.id, v]));
  const again = claimed.filter((m) => !m.isFirst);
  const tried = await triedRoutes(app.sql, again);
  const plan: Plan = { attempts: [], facts: [] };
  const taken = new Map<CarrierId, number>();
  const chooser = createChooser(app, carriers);
  const now = app.clock();
  for (const message of claimed) {
    const verification = byId.get(message.verificationId)!;
    const { accountId, verificationId, id: messageId } = message;
    if (verification.status !== 'pending' || verification.expiresAt.getTime() <= now) {
      plan.facts.push({ kind: 'ended', accountId, verificationId, messageId });
      continue;
    }
    const choice = await chooser.choose(verification, taken, tried.get(messageId) ?? [], now);
    if (choice) {
      const { carrier } = choice;
      plan.attempts.push(planAttempt(app, choice, message, verification, now));
      taken.set(carrier.id, (taken.get(carrier.id) ?? 0) + 1);
    } else plan.facts.push({ kind: 'noRoute', accountId, verificationId, messageId });
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

function planAttempt(
  app: App,
  { service, route, carrier, decision }: Choice,
  message: ClaimedMessage,
  verification: VerificationRow,
  now: number,
): PlannedAttempt {
  const attempt = newAttempt(message, route, decision, now);
  const learns = service.settings.routing === 'adaptive';
  return {
    attempt,
    carrier,
    message: compose(app, attempt, verification, service, route),
    lease: { accountId: message.accountId, messageId: message.id, until: message.dueAt },
    sighting: learns ? sightingOf(attempt, verification, message) : undefined,
  };
}

function sightingOf(
  attempt: AttemptRow,
  verification: VerificationRow,
  message: ClaimedMessage,
): NewSighting {
  const { accountId, verificationId, id: attemptId, routeId } = attempt;
  const { country, expiresAt, createdAt } = verification;
  // A message that was queued with its verification, and that nobody has had before, is its first attempt.
  const isRepeated = !message.isFirst || message.queuedAt.getTime() !== createdAt.getTime();
  return {
    accountId,
    verificationId,
    attemptId,
    routeId,
    country,
    expiresAt: expiresAt.getTime(),
    isRepeated,
  };
}

function newAttempt(
  message: ClaimedMessage,
  route: Route,
  decision: StoredDecision,
  now: number,
): AttemptRow {
  return {
    accountId: message.accountId,
    id: newId('att', now),
    messageId: message.id,
    verificationId: message.verificationId,
    carrierId: route.carrierId,
    routeId: route.id,
    status: 'submitting',
    carrierMessageId: null,
    errorCode: null,
    errorMessage: null,
    decision,
    price: route.price,
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
  service: Service,
  route: Route,
): OutboundMessage {
  const code = deriveCode(app.keys.key('code', verification.codeKeyId), {
    nonce: verification.codeNonce,
    length: verification.codeLength,
    alphabet: verification.codeAlphabet,
  });
  return {
    attemptId: attempt.id,
    to: openPhone(app.keys, verification),
    sender: senderOf(route, service),
    text: composeText(service.settings.templates, verification.locale, service.name, code),
    expiresAt: verification.expiresAt,
  };
}
