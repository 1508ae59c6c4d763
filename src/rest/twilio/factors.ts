import { z } from 'zod';
import type { Principal } from '../../accounts/principal.ts';
import { addFactor } from '../../factors/add-factor.ts';
import { changeFactor } from '../../factors/change-factor.ts';
import { FactorNotFound } from '../../factors/errors.ts';
import { findFactor, listFactors, type Entity, type Factor } from '../../factors/queries.ts';
import { removeFactor } from '../../factors/remove-factor.ts';
import { readEntity } from '../../factors/read-entity.ts';
import { shownEntity, shownFactor } from '../../factors/shown.ts';
import type { FactorId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { entityUrl, identityOf, ofEntity } from './entities.ts';
import { answerPage, windowOf } from './page.ts';
import { int, moment, PAGE_PARAMS, unsupported } from './params.ts';
import { idOfSid, sidOf } from './sids.ts';

const ALL = '/v2/Services/{ServiceSid}/Entities/{Identity}/Factors';
const ONE = `${ALL}/{Sid}`;

const RECIPE = {
  'Config.Alg': z.enum(['sha1', 'sha256', 'sha512'], { error: 'sha1, sha256 or sha512' }).optional(),
  'Config.CodeLength': int(3, 8).optional(),
  'Config.TimeStep': int(20, 60).optional(),
  'Config.Skew': int(0, 2).optional(),
};
type Recipe = z.output<z.ZodObject<typeof RECIPE>>;

/** What somebody has: authenticator apps. */
export function addFactors(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ALL, name: 'adding a factor', status: 201 },
    permission: 'verifications:write',
    audit: 'factor.add',
    params: z.object({
      FriendlyName: z.string(),
      FactorType: z.literal('totp', { error: 'totp: there is no push and no passkey' }),
      'Binding.Secret': z.string().min(1).optional(),
      'Binding.PublicKey': unsupported('There is no push'),
      ...RECIPE,
    }),
    async handle({ app, who, path, params, site }) {
      const { FriendlyName: name, 'Binding.Secret': secret } = params;
      const input = { name, secret, ...recipeOf(params) };
      const made = await addFactor(app, who, ...identityOf(path), input);
      const binding = { secret: made.secret, uri: made.uri };
      const shape = await factorShape(app, who, site, made.entity, made.factor);
      return { ...shape, binding, options: null };
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ALL, name: 'listing factors', status: 200 },
    permission: 'verifications:read',
    params: z.object(PAGE_PARAMS),
    async handle(call) {
      const { app, who, path, site } = call;
      const entity = await readEntity(app, who, ...identityOf(path));
      const all = await listFactors(app, entity);
      return answerPage(
        'fac',
        'factors',
        call,
        async (window) => windowOf(all, window),
        (factor) => factorShape(app, who, site, entity, factor),
      );
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ONE, name: 'reading a factor', status: 200 },
    permission: 'verifications:read',
    async handle({ app, who, path, site }) {
      const entity = await readEntity(app, who, ...identityOf(path));
      return factorShape(app, who, site, entity, await findFactor(app, entity, factorIdOf(path.Sid)));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ONE, name: 'changing a factor', status: 200 },
    permission: 'verifications:write',
    audit: 'factor.update',
    params: z.object({ AuthPayload: z.string().optional(), FriendlyName: z.string().optional(), ...RECIPE }),
    async handle({ app, who, path, params, site }) {
      const change = { name: params.FriendlyName, code: params.AuthPayload, ...recipeOf(params) };
      const which = [...identityOf(path), factorIdOf(path.Sid)] as const;
      const { entity, factor } = await changeFactor(app, who, which, change);
      return factorShape(app, who, site, entity, factor);
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'DELETE', path: ONE, name: 'removing a factor', status: 204 },
    permission: 'verifications:write',
    audit: 'factor.remove',
    async handle({ app, who, path }) {
      await removeFactor(app, who, [...identityOf(path), factorIdOf(path.Sid)]);
      return undefined;
    },
  });
}

/** @throws {FactorNotFound} when it is the sid of none */
export function factorIdOf(sid: string | undefined): FactorId {
  const id = idOfSid('fac', sid ?? '');
  if (!id) throw new FactorNotFound();
  return id;
}

function recipeOf(params: Recipe) {
  return {
    algorithm: params['Config.Alg'],
    codeLength: params['Config.CodeLength'],
    stepSeconds: params['Config.TimeStep'],
    skew: params['Config.Skew'],
  };
}

async function factorShape(
  app: App,
  who: Principal,
  site: string,
  ofWhom: Entity,
  found: Factor,
): Promise<object> {
  const [entity, factor] = await Promise.all([shownEntity(app, who, ofWhom), shownFactor(app, who, found)]);
  return {
    sid: sidOf(factor.id),
    ...ofEntity(entity),
    friendly_name: factor.name,
    status: factor.status,
    factor_type: 'totp',
    config: {
      alg: factor.algorithm,
      code_length: factor.codeLength,
      time_step: factor.stepSeconds,
      skew: factor.skew,
    },
    metadata: null,
    date_created: moment(factor.createdAt),
    date_updated: moment(factor.updatedAt),
    url: `${entityUrl(site, entity)}/Factors/${sidOf(factor.id)}`,
  };
}
