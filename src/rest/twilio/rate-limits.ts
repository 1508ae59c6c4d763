import { z } from 'zod';
import { addLimit } from '../../limits/add-limit.ts';
import { changeLimit } from '../../limits/change-limit.ts';
import { LimitNotFound } from '../../limits/errors.ts';
import { findLimit, listLimits } from '../../limits/queries.ts';
import { removeLimit } from '../../limits/remove-limit.ts';
import type { LimitRow } from '../../limits/table.ts';
import type { LimitId } from '../../ids.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { serviceIdOf } from './find.ts';
import { answerPage, windowOf } from './page.ts';
import { moment, PAGE_PARAMS } from './params.ts';
import { serviceUrl } from './service-shape.ts';
import { idOfSid, sidOf } from './sids.ts';

const ALL = '/v2/Services/{ServiceSid}/RateLimits';
const ONE = `${ALL}/{Sid}`;

/** Limits that an app's developers define over keys of their own. */
export function addRateLimits(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ALL, name: 'adding a rate limit', status: 201 },
    permission: 'services:write',
    audit: 'limit.add',
    params: z.object({ UniqueName: z.string(), Description: z.string().optional() }),
    async handle({ app, who, path, params: { UniqueName: name, Description }, site }) {
      const input = { name, description: Description };
      return limitShape(site, await addLimit(app, who, serviceIdOf(path), input));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ALL, name: 'listing rate limits', status: 200 },
    permission: 'services:read',
    params: z.object(PAGE_PARAMS),
    async handle(call) {
      const all = await listLimits(call.app, call.who, serviceIdOf(call.path));
      return answerPage(
        'lim',
        'rate_limits',
        call,
        async (window) => windowOf(all, window),
        async (row) => limitShape(call.site, row),
      );
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ONE, name: 'reading a rate limit', status: 200 },
    permission: 'services:read',
    async handle({ app, who, path, site }) {
      return limitShape(site, await findLimit(app, who, serviceIdOf(path), limitIdOf(path.Sid)));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ONE, name: 'changing a rate limit', status: 200 },
    permission: 'services:write',
    audit: 'limit.update',
    params: z.object({ Description: z.string().optional() }),
    async handle({ app, who, path, params: { Description: description }, site }) {
      const id = limitIdOf(path.Sid);
      return limitShape(site, await changeLimit(app, who, serviceIdOf(path), id, { description }));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'DELETE', path: ONE, name: 'removing a rate limit', status: 204 },
    permission: 'services:write',
    audit: 'limit.remove',
    async handle({ app, who, path }) {
      await removeLimit(app, who, serviceIdOf(path), limitIdOf(path.Sid));
      return undefined;
    },
  });
}

/** @throws {LimitNotFound} when it is the sid of none */
export function limitIdOf(sid: string | undefined): LimitId {
  const id = idOfSid('lim', sid ?? '');
  if (!id) throw new LimitNotFound();
  return id;
}

export function limitUrl(site: string, { serviceId, id }: Pick<LimitRow, 'serviceId' | 'id'>): string {
  return `${serviceUrl(site, serviceId)}/RateLimits/${sidOf(id)}`;
}

function limitShape(site: string, row: LimitRow): object {
  const url = limitUrl(site, row);
  return {
    sid: sidOf(row.id),
    service_sid: sidOf(row.serviceId),
    account_sid: sidOf(row.accountId),
    unique_name: row.name,
    description: row.description,
    date_created: moment(row.createdAt),
    date_updated: moment(row.updatedAt),
    url,
    links: { buckets: `${url}/Buckets` },
  };
}
