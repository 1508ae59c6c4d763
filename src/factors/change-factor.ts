import { and, eq } from 'drizzle-orm';
import { changedIn, doNoted } from '../audit/act.ts';
import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import type { FactorId, ServiceId } from '../ids.ts';
import { readBase32 } from './base32.ts';
import { checkFactorName, type TotpInput } from './input.ts';
import { findEntity, findFactor, lockFactor, type Entity, type Factor, type EntityName } from './queries.ts';
import { refuseVerifying } from './rules.ts';
import { openIn, sealIn } from './sealed.ts';
import { subjectsIn } from './subjects.ts';
import { factors, type FactorRow } from './table.ts';
import { stepOfCode } from './totp.ts';

export interface FactorChange extends TotpInput {
  name?: string | undefined;
  /** Verifies the factor if it is right. */
  code?: string | undefined;
}

/**
 * Changes a factor, and verifies it with its first right code. A wrong one is no error: the factor stays unverified,
 * and has one check less.
 * @throws {EntityNotFound | FactorNotFound | FactorVerified | FactorExhausted | InvalidInput}
 */
export async function changeFactor(
  app: App,
  who: Principal,
  [serviceId, identity, id]: readonly [ServiceId, EntityName, FactorId],
  change: FactorChange,
): Promise<{ entity: Entity; factor: Factor }> {
  if (change.name !== undefined) checkFactorName(change.name);
  const now = app.clock();
  return app.db.transaction((tx) =>
    doNoted(tx, who, 'factor.update', now, async (act) => {
      const from = { db: tx, keys: app.keys };
      const entity = await findEntity(from, who, serviceId, identity);
      await lockFactor(tx, await findFactor(from, entity, id));
      const before = await findFactor(from, entity, id);
      const { name = before.name, algorithm, codeLength, stepSeconds, skew, code } = change;
      const changed: FactorRow = {
        ...before,
        ...(algorithm && { algorithm }),
        ...(codeLength !== undefined && { codeLength }),
        ...(stepSeconds !== undefined && { stepSeconds, lastStep: lastStepIn(before, stepSeconds) }),
        ...(skew !== undefined && { skew }),
        ...(name !== before.name && {
          nameSealed: await sealIn(app, before, 'name', name),
          subjects: await subjectsIn(app, entity, name),
        }),
        updatedAt: new Date(now),
      };
      const { ...after } = code === undefined ? changed : await verified(app, changed, code, now);
      await tx
        .update(factors)
        .set(after)
        .where(and(eq(factors.accountId, after.accountId), eq(factors.id, after.id)));
      const { changed: names } = changedIn(before, { ...before, ...after, name });
      act.on(id, { changed: names.filter((one) => !/Sealed$|^subjects$/.test(one)) });
      return { entity, factor: { ...after, name, given: change.name !== undefined } };
    }),
  );
}

async function verified(app: App, factor: FactorRow, code: string, now: number): Promise<FactorRow> {
  const refused = refuseVerifying(factor);
  if (refused) throw refused;
  const secret = readBase32(await openIn(app, factor, 'secret', factor.secretSealed))!;
  const step = stepOfCode(secret, code, factor, now);
  if (step === undefined) return { ...factor, failedChecks: factor.failedChecks + 1 };
  return { ...factor, status: 'verified', lastStep: step, failedChecks: 0 };
}

/** The step that is used up when steps take another time: the one in which the last one that was used ends. */
function lastStepIn({ lastStep, stepSeconds: before }: FactorRow, stepSeconds: number): number | null {
  return lastStep === null ? null : Math.floor(((lastStep + 1) * before - 1) / stepSeconds);
}
