import { doNoted } from '../audit/act.ts';
import type { Principal } from '../accounts/principal.ts';
import { newId } from '../crypto/new-id.ts';
import type { DbTransaction } from '../db/client.ts';
import { InvalidInput } from '../errors.ts';
import type { FactorId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { answer } from './answer.ts';
import { findEntity, findFactor, lockFactor, type Entity, type EntityName } from './queries.ts';
import { CHALLENGE_MS, DAY_MS, MAX_CHALLENGE_MS, refuseChallenge } from './rules.ts';
import { challenges, type ChallengeRow, type FactorRow } from './table.ts';

export interface ChallengeInput {
  factorId: FactorId;
  expiresAt?: Date | undefined;
  /** Answers it at once. A wrong one is no error: the challenge is pending. */
  code?: string | undefined;
}

/**
 * Asks somebody for a code of one of their factors.
 * @throws {EntityNotFound | FactorNotFound | FactorUnverified | FactorLocked | TooManyChallenges | InvalidInput}
 */
export async function addChallenge(
  app: App,
  who: Principal,
  [serviceId, identity]: readonly [ServiceId, EntityName],
  { factorId, expiresAt, code }: ChallengeInput,
): Promise<{ entity: Entity; challenge: ChallengeRow }> {
  const now = app.clock();
  const lasts = expiresAt ? expiresAt.getTime() - now : CHALLENGE_MS;
  if (!(lasts > 0 && lasts <= MAX_CHALLENGE_MS))
    throw new InvalidInput('expirationDate', 'A challenge lasts an hour at most.');
  return app.db.transaction((tx) =>
    doNoted(tx, who, 'challenge.add', now, async (act) => {
      const from = { db: tx, keys: app.keys };
      const entity = await findEntity(from, who, serviceId, identity);
      await lockFactor(tx, await findFactor(from, entity, factorId));
      const factor = await findFactor(from, entity, factorId);
      const refused = refuseChallenge(factor, await recentOf(tx, factor, now), now);
      if (refused) throw refused;
      const at = new Date(now);
      const fresh: ChallengeRow = {
        ...{ accountId: who.accountId, id: newId('chl', now), entityId: entity.id, factorId },
        ...{ status: 'pending', checksUsed: 0, createdAt: at, updatedAt: at, approvedAt: null },
        expiresAt: new Date(now + lasts),
      };
      const challenge = code === undefined ? fresh : await answer(app, tx, factor, fresh, code);
      await tx.insert(challenges).values(challenge);
      act.on(challenge.id);
      return { entity, challenge };
    }),
  );
}

/** When those of the last day were made, oldest first. */
async function recentOf(
  tx: DbTransaction,
  { accountId, id: factorId }: FactorRow,
  now: number,
): Promise<number[]> {
  const rows = await tx.query.challenges.findMany({
    columns: { createdAt: true },
    where: { accountId, factorId, createdAt: { gt: new Date(now - DAY_MS) } },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ createdAt }) => createdAt.getTime());
}
