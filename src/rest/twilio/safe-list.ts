import { z } from 'zod';
import { findSafeNumber } from '../../verifications/find-safe-number.ts';
import { addSafeNumber } from '../../verifications/add-safe-number.ts';
import { removeSafeNumber } from '../../verifications/remove-safe-number.ts';
import { InvalidPhoneNumber } from '../../verifications/errors.ts';
import { SafeNumberNotFound, type SafeNumber } from '../../verifications/safe-number.ts';
import { addEndpoint, type Gate, type TwilioApi } from './endpoint.ts';
import { InvalidParameter } from './fault.ts';
import { sidOf } from './sids.ts';

const ALL = '/v2/SafeList/Numbers';
const ONE = `${ALL}/{PhoneNumber}`;

/** Numbers that are verified wherever they are from. */
export function addSafeList(api: TwilioApi, gate: Gate): void {
  addEndpoint(api, gate, {
    ...{ method: 'POST', path: ALL, name: 'adding a number to the safe list', status: 201 },
    permission: 'services:write',
    audit: 'safe_number.add',
    params: z.object({ PhoneNumber: z.string() }),
    async handle({ app, who, params: { PhoneNumber }, site }) {
      return safeShape(site, await addSafeNumber(app, who, PhoneNumber).catch(named));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'GET', path: ONE, name: 'reading the safe list', status: 200 },
    permission: 'services:read',
    async handle({ app, who, path, site }) {
      return safeShape(site, await findSafeNumber(app, who, path.PhoneNumber!).catch(unlisted));
    },
  });

  addEndpoint(api, gate, {
    ...{ method: 'DELETE', path: ONE, name: 'taking a number off the safe list', status: 204 },
    permission: 'services:write',
    audit: 'safe_number.remove',
    async handle({ app, who, path }) {
      await removeSafeNumber(app, who, path.PhoneNumber!).catch(unlisted);
      return undefined;
    },
  });
}

/** A number that is none, by the name that it has here. */
function named(error: unknown): never {
  throw error instanceof InvalidPhoneNumber ? new InvalidParameter('PhoneNumber', error.message) : error;
}

/** A number that is none is in no list. */
function unlisted(error: unknown): never {
  throw error instanceof InvalidPhoneNumber ? new SafeNumberNotFound() : error;
}

function safeShape(site: string, { id, e164 }: SafeNumber): object {
  return { sid: sidOf(id), phone_number: e164, url: `${site}${ALL}/${e164}` };
}
