import { and, eq } from 'drizzle-orm';
import { doNoted } from '../audit/act.ts';
import type { Principal } from '../accounts/principal.ts';
import type { ChallengeId, ServiceId } from '../ids.ts';
import type { App } from '../platform.ts';
import { answer } from './answer.ts';
import {
  findChallenge,
  findEntity,
  findFactor,
  lockFactor,
  type Entity,
  type EntityName,
} from './queries.ts';
import { challenges, type ChallengeRow } from './table.ts';

/**
 * Answers a challenge with a code. A wrong one is no error: the challenge stays pending, and has one check less.
 * @throws {EntityNotFound | ChallengeNotFound | ChallengeSettled | ChallengeExpired | ChallengeExhausted | FactorLocked}
 */
export async function answerChallenge(
  app: App,
  who: Principal,
  [serviceId, identity, id]: readonly [ServiceId, EntityName, ChallengeId],
  code: string,
): Promise<{ entity: Entity; challenge: ChallengeRow }> {
  return app.db.transaction((tx) =>
    doNoted(tx, who, 'challenge.answer', app.clock(), async (act) => {
      const from = { db: tx, keys: app.keys };
      const entity = await findEntity(from, who, serviceId, identity);
      const { factorId } = await findChallenge(from, entity, id);
      await lockFactor(tx, await findFactor(from, entity, factorId));
      const factor = await findFactor(from, entity, factorId);
      const challenge = await answer(app, tx, factor, await findChallenge(from, entity, id), code);
      await tx
        .update(challenges)
        .set(challenge)
        .where(and(eq(challenges.accountId, challenge.accountId), eq(challenges.id, id)));
      act.on(id);
      return { entity, challenge };
    }),
  );
}
