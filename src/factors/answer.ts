import { and, eq } from 'drizzle-orm';
import type { DbTransaction } from '../db/client.ts';
import type { App } from '../platform.ts';
import { readBase32 } from './base32.ts';
import { refuseAnswer } from './rules.ts';
import { openIn } from './sealed.ts';
import { factors, type ChallengeRow, type FactorRow } from './table.ts';
import { stepOfCode } from './totp.ts';

/**
 * Looks at a code for a challenge, of a factor that is locked. What becomes of the factor is written here, so that
 * a code is right once.
 * @returns the challenge as it is then
 * @throws {ChallengeSettled | ChallengeExpired | ChallengeExhausted | FactorLocked} when it was not looked at
 */
export async function answer(
  app: App,
  tx: DbTransaction,
  factor: FactorRow,
  challenge: ChallengeRow,
  code: string,
): Promise<ChallengeRow> {
  const now = app.clock();
  const refused = refuseAnswer(challenge, factor, now);
  if (refused) throw refused;
  const secret = readBase32(await openIn(app, factor, 'secret', factor.secretSealed))!;
  const step = stepOfCode(secret, code, factor, now);
  const { accountId, id, failedChecks } = factor;
  await tx
    .update(factors)
    .set(step === undefined ? { failedChecks: failedChecks + 1 } : { failedChecks: 0, lastStep: step })
    .where(and(eq(factors.accountId, accountId), eq(factors.id, id)));
  const at = new Date(now);
  const looked = { ...challenge, checksUsed: challenge.checksUsed + 1, updatedAt: at };
  return step === undefined ? looked : { ...looked, status: 'approved', approvedAt: at };
}
