import { modeOf, type Principal } from '../accounts/principal.ts';
import type { VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { VerificationNotFound } from './errors.ts';
import { numberOf, type AnsweredVerification } from './number-of.ts';
import { startVerification } from './start.ts';
import { readVerifications } from './store.ts';

/**
 * Queues one more message of a pending verification, under the rules of a start; never begins another one.
 * @throws {VerificationNotFound | VerificationSettled} and what a start throws
 */
export async function resendVerification(
  app: App,
  who: Principal,
  id: VerificationId,
  idempotencyKey?: string,
): Promise<AnsweredVerification> {
  const [verification] = await readVerifications(app.sql, [{ accountId: who.accountId, id }]);
  if (verification?.mode !== modeOf(who)) throw new VerificationNotFound();
  const { channel, locale, serviceId } = verification;
  const to = await numberOf(app, verification);
  // Its number went before its time was up: nothing can be sent any more.
  if (to === undefined) throw new VerificationNotFound();
  return startVerification(app, who, { to, channel, locale, serviceId, idempotencyKey, resendOf: id });
}
