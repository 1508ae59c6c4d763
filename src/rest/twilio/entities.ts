import { z } from 'zod';
import type { Principal } from '../../accounts/principal.ts';
import { addEntity } from '../../factors/add-entity.ts';
import { listEntities, type Entity, type EntityName } from '../../factors/queries.ts';
import { removeEntity } from '../../factors/remove-entity.ts';
import { shownEntity, type ShownEntity } from '../../factors/shown.ts';
import { readEntity } from '../../factors/read-entity.ts';
import { ServiceNotFound } from '../../services/errors.ts';
import { readService } from '../../services/read.ts';
import type { ServiceId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { serviceIdOf } from './find.ts';
import { answerPage } from './page.ts';
import { moment, PAGE_PARAMS } from './params.ts';
import { serviceUrl } from './service-shape.ts';
import { idOfSid, sidOf } from './sids.ts';

const ALL = '/v2/Services/{ServiceSid}/Entities';
const ONE = `${ALL}/{Identity}`;

/** Whom an account knows by a name of its own: those who have factors. */
export function addEntities(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ALL, name: 'adding an entity', status: 201 },
    permission: 'verifications:write',
    audit: 'entity.add',
    params: z.object({ Identity: z.string() }),
    async handle({ app, who, path, params: { Identity }, site }) {
      return entityShape(app, who, site, await addEntity(app, who, serviceIdOf(path), Identity));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ALL, name: 'listing entities', status: 200 },
    permission: 'verifications:read',
    params: z.object(PAGE_PARAMS),
    async handle(call) {
      const { app, who, site } = call;
      const serviceId = serviceIdOf(call.path);
      if (!(await readService(app, who, serviceId))) throw new ServiceNotFound();
      return answerPage(
        'ent',
        'entities',
        call,
        (window) => listEntities(app, who, serviceId, window),
        (entity) => entityShape(app, who, site, entity),
      );
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ONE, name: 'reading an entity', status: 200 },
    permission: 'verifications:read',
    async handle({ app, who, path, site }) {
      return entityShape(app, who, site, await readEntity(app, who, ...identityOf(path)));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'DELETE', path: ONE, name: 'removing an entity', status: 204 },
    permission: 'verifications:write',
    audit: 'entity.remove',
    async handle({ app, who, path }) {
      await removeEntity(app, who, ...identityOf(path));
      return undefined;
    },
  });
}

/** Whom a path is about. */
export function identityOf(path: Readonly<Record<string, string>>): [ServiceId, EntityName] {
  const identity = path.Identity!;
  const id = idOfSid('ent', identity);
  return [serviceIdOf(path), id ? { identity, id } : identity];
}

/** Who cannot be told the identity goes on by the sid. */
export function entityUrl(site: string, { serviceId, id, identity, isMasked }: ShownEntity): string {
  const name = isMasked ? sidOf(id) : encodeURIComponent(identity);
  return `${serviceUrl(site, serviceId)}/Entities/${name}`;
}

/** What entities, factors and challenges say alike. */
export function ofEntity(entity: ShownEntity) {
  return {
    account_sid: sidOf(entity.accountId),
    service_sid: sidOf(entity.serviceId),
    entity_sid: sidOf(entity.id),
    identity: entity.identity,
  };
}

async function entityShape(app: App, who: Principal, site: string, found: Entity): Promise<object> {
  const entity = await shownEntity(app, who, found);
  const { entity_sid: sid, ...core } = ofEntity(entity);
  const url = entityUrl(site, entity);
  return {
    sid,
    ...core,
    date_created: moment(entity.createdAt),
    date_updated: moment(entity.createdAt),
    url,
    links: {
      factors: `${url}/Factors`,
      new_factors: `${url}/Factors`,
      challenges: `${url}/Challenges`,
    },
  };
}
