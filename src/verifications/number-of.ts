import { mayRevealPhone } from '../accounts/permissions.ts';
import type { Principal } from '../accounts/principal.ts';
import { noteRead, type Shown } from '../audit/note-reads.ts';
import type { MessageId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readNumbers, type NumberKey } from '../vault/numbers.ts';
import { maskOfCountry, maskPhone, openPhoneSoon } from './phone.ts';
import type { VerificationRow } from './table.ts';

/** A verification as a verb answers it: with its number, where that is at hand anyway. */
export interface AnsweredVerification extends VerificationRow {
  number?: KnownNumber | { sealed: Buffer };
  /** The message that a start has just queued. */
  queued?: QueuedMessage;
}

export interface QueuedMessage {
  id: MessageId;
  queuedAt: Date;
}

interface KnownNumber {
  e164: string;
  /** By whoever is answered, in the same request: they are shown nothing that they have not said. */
  given: boolean;
}

export type Numbered = Pick<AnsweredVerification, 'accountId' | 'id' | 'country' | 'number'>;

const BATCH = { maxBatchSize: 500, lanes: 2 };

/** E.164 with `+`; undefined once it has gone from the vault. All that ask in one turn cost one statement. */
export async function numberOf(app: App, v: Numbered): Promise<string | undefined> {
  const { accountId, id, number } = v;
  if (number && 'e164' in number) return number.e164;
  const sealed =
    number?.sealed ?? (await app.batched(readSealed, BATCH).add({ accountId, verificationId: id }));
  return sealed && openPhoneSoon(app.keys, { accountId, id }, sealed);
}

/**
 * The number as a caller may see it; of one that has gone, what its country tells. That it is seen in full is noted
 * before.
 * @param collected see `noteRead`
 */
export async function shownNumber(
  app: App,
  who: Principal,
  v: Numbered,
  collected?: Shown[],
): Promise<string> {
  const number = await numberOf(app, v);
  if (number === undefined || !mayRevealPhone(who)) return masked(number, v);
  if (!isGiven(v)) await noteRead(app, who, { action: 'number.read', target: v.id }, collected);
  return number;
}

function isGiven({ number }: Numbered): boolean {
  return number !== undefined && 'given' in number && number.given;
}

/** The number as nobody knows whose it is. */
export async function maskedNumber(app: App, v: Numbered): Promise<string> {
  return masked(await numberOf(app, v), v);
}

function masked(number: string | undefined, { country }: Numbered): string {
  return number === undefined ? maskOfCountry(country) : maskPhone(number);
}

async function readSealed(app: App, keys: readonly NumberKey[]): Promise<(Buffer | undefined)[]> {
  const numbers = await readNumbers(app.sql, keys);
  return keys.map(({ verificationId }) => numbers.get(verificationId)?.numberSealed);
}
