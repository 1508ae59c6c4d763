import { z } from 'zod';
import type { Principal } from '../../accounts/principal.ts';
import { addChallenge } from '../../factors/add-challenge.ts';
import { answerChallenge } from '../../factors/answer-challenge.ts';
import { ChallengeNotFound } from '../../factors/errors.ts';
import { findChallenge, listChallenges, statusOfChallenge, type Entity } from '../../factors/queries.ts';
import { readEntity } from '../../factors/read-entity.ts';
import { shownEntity } from '../../factors/shown.ts';
import type { ChallengeRow } from '../../factors/table.ts';
import type { ChallengeId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { entityUrl, identityOf, ofEntity } from './entities.ts';
import { factorIdOf } from './factors.ts';
import { answerPage } from './page.ts';
import { moment, PAGE_PARAMS, time } from './params.ts';
import { idOfSid, sidOf } from './sids.ts';

const ALL = '/v2/Services/{ServiceSid}/Entities/{Identity}/Challenges';
const ONE = `${ALL}/{Sid}`;

/** Times that somebody is asked for a code of a factor. */
export function addChallenges(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ALL, name: 'making a challenge', status: 201 },
    permission: 'verifications:write',
    audit: 'challenge.add',
    params: z.object({
      FactorSid: z.string(),
      AuthPayload: z.string().optional(),
      ExpirationDate: time.optional(),
    }),
    async handle({ app, who, path, params: { FactorSid, AuthPayload, ExpirationDate }, site }) {
      const input = { factorId: factorIdOf(FactorSid), code: AuthPayload, expiresAt: ExpirationDate };
      const { entity, challenge } = await addChallenge(app, who, identityOf(path), input);
      return challengeShape(app, who, site, entity, challenge);
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ALL, name: 'listing challenges', status: 200 },
    permission: 'verifications:read',
    params: z.object({
      ...PAGE_PARAMS,
      FactorSid: z.string().optional(),
      Status: z.enum(['pending', 'expired', 'approved', 'denied'], { error: 'a status' }).optional(),
    }),
    async handle(call) {
      const { app, who, path, params, site } = call;
      const { FactorSid, Status: status } = params;
      const entity = await readEntity(app, who, ...identityOf(path));
      const factorId = FactorSid === undefined ? undefined : factorIdOf(FactorSid);
      return answerPage(
        'chl',
        'challenges',
        call,
        // Nobody denies a code.
        async (window) =>
          status === 'denied' ? [] : listChallenges(app, entity, { factorId, status }, window),
        (challenge) => challengeShape(app, who, site, entity, challenge),
      );
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ONE, name: 'reading a challenge', status: 200 },
    permission: 'verifications:read',
    async handle({ app, who, path, site }) {
      const entity = await readEntity(app, who, ...identityOf(path));
      const challenge = await findChallenge(app, entity, challengeIdOf(path.Sid));
      return challengeShape(app, who, site, entity, challenge);
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ONE, name: 'answering a challenge', status: 200 },
    permission: 'verifications:write',
    audit: 'challenge.answer',
    params: z.object({ AuthPayload: z.string() }),
    async handle({ app, who, path, params: { AuthPayload }, site }) {
      const which = [...identityOf(path), challengeIdOf(path.Sid)] as const;
      const { entity, challenge } = await answerChallenge(app, who, which, AuthPayload);
      return challengeShape(app, who, site, entity, challenge);
    },
  });
}

/** @throws {ChallengeNotFound} when it is the sid of none */
function challengeIdOf(sid: string | undefined): ChallengeId {
  const id = idOfSid('chl', sid ?? '');
  if (!id) throw new ChallengeNotFound();
  return id;
}

async function challengeShape(
  app: App,
  who: Principal,
  site: string,
  ofWhom: Entity,
  challenge: ChallengeRow,
): Promise<object> {
  const entity = await shownEntity(app, who, ofWhom);
  return {
    sid: sidOf(challenge.id),
    ...ofEntity(entity),
    factor_sid: sidOf(challenge.factorId),
    factor_type: 'totp',
    status: statusOfChallenge(challenge, app.clock()),
    responded_reason: 'none',
    details: null,
    hidden_details: null,
    metadata: null,
    date_created: moment(challenge.createdAt),
    date_updated: moment(challenge.updatedAt),
    date_responded: challenge.approvedAt && moment(challenge.approvedAt),
    expiration_date: moment(challenge.expiresAt),
    url: `${entityUrl(site, entity)}/Challenges/${sidOf(challenge.id)}`,
    links: {},
  };
}
