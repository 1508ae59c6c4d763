import { createAllowedOrigins } from '../accounts/allowed-origins.ts';
import type { ClientBinding } from '../accounts/client-binding.ts';
import type { Mode } from '../accounts/mode.ts';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { actorOf, type Actor } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { InvalidInput } from '../errors.ts';
import type { AccountId, RouteId, ServiceId, VerificationId } from '../ids.ts';
import { findInboundNumber } from '../inbound/numbers.ts';
import { spendLimits, type LimitKeys } from '../limits/spend.ts';
import type { App } from '../platform.ts';
import { EXPIRES_AFTER_MS, outcomeOf } from '../sandbox/test-numbers.ts';
import { SenderNotAllowed } from '../senders/errors.ts';
import { createRefusals } from '../senders/refusals.ts';
import { findService, type Service } from '../services/directory.ts';
import { isLocale } from '../services/settings.ts';
import { commitStarts } from './commit-starts.ts';
import { CountryNotAllowed, DestinationOptedOut, ServiceNotFound } from './errors.ts';
import { checkIdempotencyKey, type IdempotencyClaim } from './idempotency.ts';
import type { AnsweredVerification } from './number-of.ts';
import { destinationOf, parsePhone, sealPhone, type PhoneNumber } from './phone.ts';
import { areAnswered } from './repeats.ts';
import { readSafeNumber } from './safe-number.ts';
import type { VerificationRow } from './table.ts';
import type { Channel } from './verification.ts';

export interface StartInput {
  /** A phone number as a person types it. */
  to: string;
  channel: Channel;
  /** BCP 47, e.g. `hr` or `pt-BR`; the service's default when absent. */
  locale?: string | undefined;
  idempotencyKey?: string | undefined;
  serviceId?: ServiceId | undefined;
  /** Where its client token is for; absent: for everywhere. */
  binding?: ClientBinding | undefined;
  /** Only one more message of this one, if it is still pending. */
  resendOf?: VerificationId | undefined;
  /** To try this route of the account: its message takes no other one, and what becomes of it teaches nothing. */
  pinnedTo?: RouteId | undefined;
  /** Nobody is given a client token of it. */
  isWithoutToken?: boolean;
  /** Counted by limits of the service: values by their names. */
  limits?: LimitKeys | undefined;
}

/** In whose name a verification is started. */
export interface Starter {
  accountId: AccountId;
  mode: Mode;
  by: Actor;
}

// Up to 500 starts share a commit: a commit of one costs 1.5 ms of the database's CPU and 2 ms of ours, and each further
// start in it 0.08 and 0.06. So those who ask again join those who waited, and nobody waits for one that hangs.
// Of 64 who ask all the time, one to three lanes with and without pace and rest took 5,240 to 6,000 starts a second alike.
const BATCH = { maxBatchSize: 500, lanes: 2, paceMs: 8, restShare: 0.5 };
const LOOKUP_BATCH = { maxBatchSize: 500, lanes: 2 };

/**
 * Starts a verification and queues its message; while one is pending for the same number and
 * service, queues one more message of that. Over `inbound_sms` nothing is sent. Answers after the commit.
 * @throws {InvalidPhoneNumber | CountryNotAllowed | SenderNotAllowed | TooManySends | DestinationLocked | DestinationOptedOut | IdempotencyConflict | ServiceNotFound | InvalidInput | VerificationSettled | LimitReached}
 */
export function startVerification(
  app: App,
  who: Principal,
  input: StartInput,
): Promise<AnsweredVerification> {
  return startAs(app, { accountId: who.accountId, mode: modeOf(who), by: actorOf(who) }, input);
}

/** The same for somebody who has gone since: see `batches/run-batches.ts`. */
export async function startAs(app: App, who: Starter, input: StartInput): Promise<AnsweredVerification> {
  const service = await findService(app, who.accountId, input.serviceId);
  if (!service) throw new ServiceNotFound();
  await refuseUnbound(app, service, input);
  const phone = parsePhone(input.to, service.settings.defaultCountry);
  if (input.channel === 'inbound_sms') await needInboundNumber(app, service, phone);
  const { accountId } = service;
  const { mode } = who;
  if (mode === 'live') await refuseForbidden(app, service, phone, input.channel);
  const outcome = mode === 'test' ? outcomeOf(phone.e164) : undefined;
  if (outcome === 'blocked' && input.channel === 'sms') throw new DestinationOptedOut();
  const draft = draftVerification(app, service, phone, input, mode);
  if (outcome === 'expired') draft.expiresAt = new Date(draft.createdAt.getTime() + EXPIRES_AFTER_MS);
  const { id } = draft;
  const idempotency = input.idempotencyKey === undefined ? undefined : claim(app, draft, phone, input);
  if (mode === 'live' && input.limits) await spendOnce(app, service, input.limits, idempotency);
  return app.batched(commitStarts, BATCH).add({
    by: who.by,
    service,
    draft,
    number: {
      accountId,
      verificationId: id,
      subject: destinationOf(app.keys, accountId, phone.e164, mode),
      numberSealed: await withKeys(app.keys, () => sealPhone(app.keys, accountId, id, phone.e164)),
    },
    e164: phone.e164,
    resendOf: input.resendOf,
    pinnedTo: input.pinnedTo,
    idempotency,
  });
}

/** @throws {InvalidInput} when its client token would be for places that the service or the account does not want */
async function refuseUnbound(
  app: App,
  { accountId, settings }: Service,
  { binding, resendOf, isWithoutToken }: StartInput,
): Promise<void> {
  if (!binding) {
    if (!settings.requireClientBinding || isWithoutToken || resendOf !== undefined) return;
    throw new InvalidInput(
      'clientOrigin',
      'This service wants client tokens for one place: say which, with clientOrigin or clientApp.',
    );
  }
  if (binding.kind === 'app') return;
  const listed = await app.single(createAllowedOrigins).of(accountId);
  if (listed && !listed.includes(binding.origin))
    throw new InvalidInput('clientOrigin', 'Pages of this origin may not call: setAllowedOrigins lets them.');
}

/**
 * What an account forbids to send in earnest; a test goes wherever its number says.
 * @throws {CountryNotAllowed | SenderNotAllowed}
 */
async function refuseForbidden(
  app: App,
  service: Service,
  { country, e164 }: PhoneNumber,
  channel: Channel,
): Promise<void> {
  const allowed = service.settings.allowedCountries;
  const isAllowed = !allowed || allowed.includes(country);
  if (!isAllowed && !(await readSafeNumber(app.db, app, service.accountId, e164)))
    throw new CountryNotAllowed(country);
  const refused = channel === 'sms' && (await app.single(createRefusals).of(service, country));
  if (refused) throw new SenderNotAllowed(country, refused);
}

/** @throws {InvalidInput} when there is no number that the destination could text */
async function needInboundNumber(app: App, service: Service, { country }: PhoneNumber): Promise<void> {
  if ((await findInboundNumber(app, service.accountId, service.id, country)) === undefined)
    throw new InvalidInput(
      'channel',
      `There is no number of yours that ${country === '00' ? 'this destination' : country} can text for this service. Add one with addInboundNumber.`,
    );
}

/**
 * Counts the start by the limits that it names, unless its idempotency key is answered already: the commit repeats that
 * answer. Of starts that come at once with one key each may be counted, since none is answered yet.
 * @throws {InvalidInput | LimitReached}
 */
async function spendOnce(
  app: App,
  { accountId, id }: Service,
  limits: LimitKeys,
  idempotency: IdempotencyClaim | undefined,
): Promise<void> {
  if (idempotency && (await app.batched(areAnswered, LOOKUP_BATCH).add(idempotency))) return;
  await spendLimits(app, accountId, id, limits);
}

/** The verification as it will be if none is pending for this number yet. */
function draftVerification(
  app: App,
  service: Service,
  phone: PhoneNumber,
  input: StartInput,
  mode: Mode,
): VerificationRow {
  const { accountId, settings } = service;
  const now = app.clock();
  const id = newId('vrf', now);
  return {
    accountId,
    id,
    serviceId: service.id,
    mode,
    country: phone.country,
    channel: input.channel,
    locale: readLocale(input.locale) ?? settings.defaultLocale,
    status: 'pending',
    failureReason: null,
    codeNonce: app.keys.randomBytes(16),
    codeKeyId: app.keys.currentId,
    codeLength: settings.codeLength,
    codeAlphabet: settings.codeAlphabet,
    checksUsed: 0,
    maxChecks: settings.maxChecks,
    sendsLeft: settings.maxSends,
    nextSendAt: null,
    version: 0,
    createdAt: new Date(now),
    expiresAt: new Date(now + settings.ttlSeconds * 1000),
    settledAt: null,
  };
}

function readLocale(locale: string | undefined): string | undefined {
  if (locale === undefined) return undefined;
  if (!isLocale(locale))
    throw new InvalidInput('locale', 'A locale is a language tag such as hr, en or pt-BR.');
  return locale;
}

function claim(
  app: App,
  draft: VerificationRow,
  phone: PhoneNumber,
  { idempotencyKey: key = '', binding }: StartInput,
): IdempotencyClaim {
  checkIdempotencyKey(key);
  const boundTo = binding ? [binding.kind, binding.kind === 'app' ? binding.app : binding.origin] : [];
  const { accountId, serviceId, mode, channel, locale } = draft;
  return {
    accountId,
    // A key that was used in a test is free in earnest.
    key: app.keys.blindIndex('idempotency', ...(mode === 'test' ? [mode] : []), accountId, key),
    fingerprint: app.keys.blindIndex('idempotency', serviceId, phone.e164, channel, locale, ...boundTo),
  };
}
