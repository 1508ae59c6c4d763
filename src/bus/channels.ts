import type { AccountId, VerificationId } from '../ids.ts';

/** Events of one verification, whole. */
export function verificationChannel(accountId: AccountId, id: VerificationId): string {
  return `v:${accountId}:${id}`;
}

/** Says that the account has new events; they are read from the table. */
export function accountChannel(accountId: AccountId): string {
  return `a:${accountId}`;
}

/** Says that handsets have sent the account messages; they are read from the table. */
export function inboundChannel(accountId: AccountId): string {
  return `i:${accountId}`;
}

/** Alarms of the account's routing, whole, as they are raised and cleared. */
export function alarmChannel(accountId: AccountId): string {
  return `ra:${accountId}`;
}

/** Alarms about misuse of the account's verifications, whole, as they are raised. */
export function abuseChannel(accountId: AccountId): string {
  return `ab:${accountId}`;
}

/** Names a webhook endpoint of the account that was disabled because nothing arrives there. */
export function webhookDisabledChannel(accountId: AccountId): string {
  return `wd:${accountId}`;
}

/** How far batches of the account are, whole, as they get on. */
export function batchChannel(accountId: AccountId): string {
  return `bt:${accountId}`;
}

/** Says that a batch can be begun. */
export const BATCH_CHANNEL = 'batch';

/** Says that messages are due now: tests where it says `TESTS_DUE`, else live ones. */
export const DUE_CHANNEL = 'due';
export const TESTS_DUE = 'test';

/** Says that something cached about an account changed: keys, services, carriers, routes. */
export const CONFIG_CHANNEL = 'config';

/** Names an API key that was revoked or changed: forget it, and close what it opened. */
export const API_KEY_CHANNEL = 'key';

/** Says that webhook endpoints have deliveries that are due; names them, separated by commas. */
export const WEBHOOK_CHANNEL = 'webhook';
/** Names an OAuth client that was revoked or changed, or one of whose access tokens was revoked. */
export const OAUTH_CHANNEL = 'oauth';

/** Says that the keys which sign access tokens changed. */
export const SIGNING_KEYS_CHANNEL = 'oauth-keys';
/** Names a person who signed out, or whose role changed: forget what is known of them, and look at what they hold open. */
export const PERSON_CHANNEL = 'person';

/** Says what became of attempts and verifications, for routing to learn from: see `outcomes.ts`. */
export const OUTCOME_CHANNEL = 'outcome';

/** Says how the carriers of a worker stand: see `carriers/health-reporter.ts`. */
export const HEALTH_CHANNEL = 'health';

/** A worker says every second that it is there, and at its end that it leaves: see `carriers/crew.ts`. */
export const WORKER_CHANNEL = 'worker';

/** Says that data keys were made, became active or were destroyed: see `keys/follow.ts`. */
export const KEYS_CHANNEL = 'keys';
