import { isIP } from 'node:net';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { actorOf } from '../audit/actor.ts';
import { InvalidInput } from '../errors.ts';
import type { VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createServiceDirectory } from '../services/directory.ts';
import { commitChecks } from './commit-checks.ts';
import type { AnsweredVerification } from './number-of.ts';

export interface CheckInput {
  verificationId: VerificationId;
  /** As typed: spaces and digits of any script are understood. */
  code: string;
  /** Of whoever typed it, as the caller knows; absent: the caller's own counts. */
  clientAddress?: string | undefined;
}

const BATCH = { maxBatchSize: 500, lanes: 2, paceMs: 8, restShare: 0.5 };

/**
 * Checks a code. Exactly one check can approve, however many come at once, and never more of them
 * than `maxChecks` are looked at.
 * @returns the verification, approved
 * @throws {WrongCode | VerificationExpired | VerificationAlreadyUsed | VerificationCanceled | VerificationFailed | TooManyChecks | VerificationNotFound | DestinationLocked | InvalidCode | InvalidInput}
 */
export async function checkVerification(
  app: App,
  who: Principal,
  input: CheckInput,
): Promise<AnsweredVerification> {
  const { clientAddress: address = who.address } = input;
  if (address !== undefined && isIP(address) === 0)
    throw new InvalidInput('clientAddress', 'An address is one of IPv4 or IPv6, e.g. 203.0.113.7.');
  const services = await app.single(createServiceDirectory).of(who.accountId);
  return app.batched(commitChecks, BATCH).add({
    by: actorOf(who),
    accountId: who.accountId,
    id: input.verificationId,
    mode: modeOf(who),
    code: input.code,
    address,
    services,
  });
}
