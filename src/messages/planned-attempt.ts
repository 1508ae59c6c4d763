import type { Carrier, OutboundMessage } from '../carriers/carrier.ts';
import { newId } from '../crypto/new-id.ts';
import { likelyOperator, type Resolution } from '../numbers/resolution.ts';
import type { App } from '../platform.ts';
import { STRATEGIES } from '../routing/policy.ts';
import { codeOf } from '../verifications/code-of.ts';
import type { VerificationRow } from '../verifications/table.ts';
import type { Choice } from './choose-route.ts';
import { leaseOf, type ClaimedMessage, type Lease } from './claim.ts';
import type { NewSighting } from './learner.ts';
import type { AttemptRow } from './table.ts';
import { cheaperText, composeText } from './text.ts';

export interface PlannedAttempt {
  attempt: AttemptRow;
  carrier: Carrier;
  message: OutboundMessage;
  lease: Lease;
  /** For a policy that learns. */
  sighting: NewSighting | undefined;
}

/** A message, and how it goes. */
interface Planned {
  choice: Choice;
  message: ClaimedMessage;
  verification: VerificationRow;
  /** E.164 with `+`. */
  to: string;
  resolution: Resolution;
  /** Made while the receipt of an earlier one is waited for. */
  isLate: boolean;
  now: number;
}

export function planAttempt(
  app: App,
  { choice, message, verification, to, resolution, isLate, now }: Planned,
): PlannedAttempt {
  const attempt = newAttempt(message, verification, resolution, choice, isLate, now);
  // Whoever tries a route types no code: it would count as one that does not convert.
  const learns =
    verification.mode === 'live' &&
    message.pinnedRouteId === null &&
    STRATEGIES[choice.service.settings.routing].learns;
  return {
    attempt,
    carrier: choice.carrier,
    message: compose(app, attempt, verification, to, choice),
    lease: leaseOf(message),
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
