import type { Principal } from '../../src/accounts/principal.ts';
import type { RunningApp } from '../../src/app.ts';
import type { EventType } from '../../src/events/catalog.ts';
import { uuidOf, type AccountId, type VerificationId } from '../../src/ids.ts';
import type { AttemptStatus } from '../../src/messages/attempt.ts';
import { messageFromRaw, type RawMessage } from '../../src/messages/store.ts';
import type { MessageRow } from '../../src/messages/table.ts';
import type { App } from '../../src/platform.ts';
import { deriveCode } from '../../src/verifications/code.ts';
import { startVerification, type StartInput } from '../../src/verifications/start.ts';
import { readVerifications } from '../../src/verifications/store.ts';
import { readNumbers } from '../../src/vault/numbers.ts';
import type { VaultedNumber } from '../../src/vault/table.ts';
import type { VerificationRow } from '../../src/verifications/table.ts';
import { until } from './until.ts';

/** A clock that a test can put forward. */
export interface Clock {
  now: () => number;
  advance(ms: number): void;
}

export function createClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance(ms) {
      ahead += ms;
    },
  };
}

/** Croatian mobile numbers, each once. */
export function createNumbers(first = 1_000_000): () => string {
  let next = first;
  return () => `+38591${next++}`;
}

export function start(
  app: App,
  who: Principal,
  to: string,
  more: Partial<StartInput> = {},
): Promise<VerificationRow> {
  return startVerification(app, who, { to, channel: 'sms', ...more });
}

interface Key {
  accountId: AccountId;
  id: VerificationId;
}

export async function stateOf(app: App, key: Key): Promise<VerificationRow> {
  return (await readVerifications(app.sql, [key]))[0]!;
}

/** What the vault has of its number. */
export async function vaultedOf(app: App, { accountId, id }: Key): Promise<VaultedNumber> {
  return (await readNumbers(app.sql, [{ accountId, verificationId: id }])).get(id)!;
}

/** The code as it would be sent now, without waiting for a message. */
export async function codeOf(app: App, key: Key): Promise<string> {
  const { codeKeyId, codeNonce: nonce, codeLength: length, codeAlphabet: alphabet } = await stateOf(app, key);
  return deriveCode(app.keys.key('code', codeKeyId), { nonce, length, alphabet });
}

/** Another code of the same form. */
export function wrong(code: string): string {
  return code.replace(/\d$/, (last) => String((Number(last) + 1) % 10));
}

/** The codes that a handset has been sent, oldest first. */
export function codesOn(app: RunningApp, number: string): string[] {
  return app.simulator!.handsets.messages(number).map(({ text }) => /\d{4,10}/.exec(text)![0]);
}

/** Waits until a handset has been sent so many codes. */
export function received(app: RunningApp, number: string, count = 1): Promise<string[]> {
  return until(() => (codesOn(app, number).length >= count ? codesOn(app, number) : undefined), {
    what: `Message ${count} on the handset`,
  });
}

/** The events of a verification in order, after proving that their versions have no hole. */
export async function historyOf(app: App, { accountId, id }: Key): Promise<EventType[]> {
  const rows = await app.sql<{ version: number; type: EventType }[]>`
    SELECT version, type FROM events WHERE account_id = ${uuidOf(accountId)} AND verification_id = ${uuidOf(id)}
    ORDER BY version`;
  if (rows.some((row, i) => row.version !== i + 1))
    throw new Error(`versions with a hole: ${rows.map(({ version }) => version).join()}`);
  return rows.map(({ type }) => type);
}

/** Waits for an event. @returns all events up to now */
export function happened(app: App, key: Key, type: EventType): Promise<EventType[]> {
  return until(
    async () => {
      const history = await historyOf(app, key);
      return history.includes(type) ? history : undefined;
    },
    { what: type },
  );
}

/** Oldest first. */
export async function messagesOf(app: App, { accountId, id }: Key): Promise<MessageRow[]> {
  const rows = await app.sql<RawMessage[]>`
    SELECT * FROM messages WHERE account_id = ${uuidOf(accountId)} AND verification_id = ${uuidOf(id)} ORDER BY id`;
  return rows.map(messageFromRaw);
}

export interface TestAttempt {
  carrier: string;
  status: AttemptStatus;
  errorCode: string | null;
}

/** Oldest first. */
export function attemptsOf(app: App, { accountId, id }: Key): Promise<TestAttempt[]> {
  return app.sql<TestAttempt[]>`
    SELECT c.name AS carrier, a.status, a.error_code AS "errorCode"
    FROM attempts a JOIN carriers c ON c.account_id = a.account_id AND c.id = a.carrier_id
    WHERE a.account_id = ${uuidOf(accountId)} AND a.verification_id = ${uuidOf(id)} ORDER BY a.id`;
}
