import { createResidencyDirectory } from '../accounts/residency.ts';
import type { Carrier, OutboundMessage } from '../carriers/carrier.ts';
import type { CarrierRegistry } from '../carriers/registry.ts';
import { newId } from '../crypto/new-id.ts';
import { transaction } from '../db/transaction.ts';
import type { CarrierId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createRouteDirectory, type Route } from '../routing/directory.ts';
import { residencyProblem } from '../routing/residency.ts';
import { createPolicy, type Candidate, type Ranked } from '../routing/policy.ts';
import { createRegistrationDirectory } from '../senders/registrations.ts';
import { senderProblem } from '../senders/verdict.ts';
import { SENDER_RULES } from '../senders/country-rules.ts';
import { createServiceDirectory, type Service } from '../services/directory.ts';
import { deriveCode } from '../verifications/code.ts';
import { openPhone } from '../verifications/phone.ts';
import { readVerifications } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { abandonAttempts, insertAttempts, triedRoutes } from './attempt-store.ts';
import type { ClaimedMessage, Lease } from './claim.ts';
import type { NewFact } from './facts.ts';
import type { AttemptRow } from './table.ts';
import { composeText } from './text.ts';

export interface PlannedAttempt {
  attempt: AttemptRow;
  carrier: Carrier;
  message: OutboundMessage;
  lease: Lease;
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
  const now = app.clock();
  for (const message of claimed) {
    const verification = byId.get(message.verificationId)!;
    const { accountId, verificationId, id: messageId } = message;
    if (verification.status !== 'pending' || verification.expiresAt.getTime() <= now) {
      plan.facts.push({ kind: 'ended', accountId, verificationId, messageId });
      continue;
    }
    const planned = await planAttempt(
      app,
      carriers,
      taken,
      message,
      verification,
      tried.get(messageId) ?? [],
      now,
    );
    if (planned) {
      plan.attempts.push(planned);
      taken.set(planned.carrier.id, (taken.get(planned.carrier.id) ?? 0) + 1);
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

const policy = createPolicy({ strategy: 'priority' });

async function planAttempt(
  app: App,
  carriers: CarrierRegistry,
  taken: ReadonlyMap<CarrierId, number>,
  message: ClaimedMessage,
  verification: VerificationRow,
  tried: readonly RouteId[],
  now: number,
): Promise<PlannedAttempt | undefined> {
  const { accountId } = message;
  const [routes, services, { residency }, registrations] = await Promise.all([
    app.single(createRouteDirectory).of(accountId),
    app.single(createServiceDirectory).of(accountId),
    app.single(createResidencyDirectory).of(accountId),
    app.single(createRegistrationDirectory).of(accountId),
  ]);
  const service = services.find((s) => s.id === verification.serviceId);
  /** Why this message must not go that way whatever the carrier's state. */
  const barrier = (route: Route): string | undefined => {
    const abroad = residencyProblem(residency, route.region);
    const sender = route.sender ?? service?.settings.sender;
    if (abroad !== undefined || sender === undefined || route.senderRules === 'off') return abroad;
    return senderProblem(SENDER_RULES, verification.country, sender, registrations, now);
  };
  const candidates = routes.map((route) =>
    candidateOf(
      route,
      barrier(route),
      carriers.get(route.carrierId),
      taken.get(route.carrierId) ?? 0,
      verification,
      tried,
    ),
  );
  const decision = policy.choose({ country: verification.country, now }, reopen(candidates), app.random);
  const best = decision.find((ranked) => ranked.excluded === undefined);
  const route = best && routes.find((r) => r.id === best.routeId);
  const carrier = route && carriers.get(route.carrierId);
  if (!route || !carrier || !service) return undefined;
  const attempt = newAttempt(message, route, decision, now);
  return {
    attempt,
    carrier,
    message: compose(app, attempt, verification, service, route),
    lease: { accountId, messageId: message.id, until: message.dueAt },
  };
}

const TRIED = 'already tried for this message';

function candidateOf(
  route: Route,
  barrier: string | undefined,
  carrier: Carrier | undefined,
  taken: number,
  verification: VerificationRow,
  tried: readonly RouteId[],
): Candidate {
  const exclude = !carrier
    ? 'the carrier is not enabled'
    : barrier !== undefined
      ? barrier
      : route.countries && !route.countries.includes(verification.country)
        ? `does not serve ${verification.country}`
        : carrier.freeWindow() <= taken
          ? (carrier.health().problem ?? 'the window is full')
          : tried.includes(route.id)
            ? TRIED
            : undefined;
  return {
    routeId: route.id,
    carrierId: route.carrierId,
    priority: route.priority,
    price: route.price,
    ...(carrier && { inFlightShare: carrier.inFlightShare() }),
    ...(exclude !== undefined && { exclude }),
  };
}

/** Once every open route was tried, all of them may be tried again. */
function reopen(candidates: Candidate[]): Candidate[] {
  if (candidates.some((c) => c.exclude === undefined)) return candidates;
  return candidates.map(({ exclude, ...c }) =>
    exclude === undefined || exclude === TRIED ? c : { ...c, exclude },
  );
}

function newAttempt(message: ClaimedMessage, route: Route, decision: Ranked[], now: number): AttemptRow {
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
    sender: route.sender ?? service.settings.sender,
    text: composeText(service.settings.templates, verification.locale, service.name, code),
    expiresAt: verification.expiresAt,
  };
}
