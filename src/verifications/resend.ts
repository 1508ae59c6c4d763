import { modeOf, type Principal } from '../accounts/principal.ts';
import type { VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { VerificationNotFound } from './errors.ts';
import { openPhoneSoon } from './phone.ts';
import { startVerification } from './start.ts';
import { readVerifications } from './store.ts';
import type { VerificationRow } from './table.ts';

/**
 * Queues one more message of a pending verification, under the rules of a start; never begins another one.
 * @throws {VerificationNotFound | VerificationSettled} and what a start throws
 */
export async function resendVerification(
  app: App,
  who: Principal,
  id: VerificationId,
  idempotencyKey?: string,
): Promise<VerificationRow> {
  const [verification] = await readVerifications(app.sql, [{ accountId: who.accountId, id }]);
  if (verification?.mode !== modeOf(who)) throw new VerificationNotFound();
  const { channel, locale, serviceId } = verification;
  const to = await openPhoneSoon(app.keys, verification);
  return startVerification(app, who, { to, channel, locale, serviceId, idempotencyKey, resendOf: id });
}
