import type { Tenant } from './tenants.ts';
import { sidOf } from '../../src/rest/twilio/sids.ts';

/** What `test/api/twilio/access.test.ts` has to know of an operation under `/v2`. */
export interface TwilioRow {
  /** What stands in its path when an account asks for its own. */
  path?: (own: Tenant) => Record<string, string>;
  /** Its query or body then. */
  params?: (own: Tenant) => Record<string, string>;
  /** For each parameter that takes a sid or a place in a list: what another account's may be answered with. */
  fields?: Readonly<Record<string, readonly string[]>>;
  /** What a test key of the account is answered that asks for what is live. Default: as for its own. */
  tests?: string;
  /** The status of what it answers to its own. */
  status?: number;
  /** How it finds a thing that is not what its path names: the audit log has no id of it. */
  targets?: 'none';
}

const FORBIDDEN = '20003';
const NOT_FOUND = '20404';
const page = { fields: { PageToken: ['60200', 'empty', 'own'] } } as const;
const ofService = { path: ({ ids }: Tenant) => ({ ServiceSid: sidOf(ids.svc) }) };
const delivered = {
  path: ({ ids }: Tenant) => ({ ServiceSid: sidOf(ids.svc), Sid: sidOf(ids.vrf) }),
  tests: NOT_FOUND,
};
const pending = {
  path: ({ ids, pending }: Tenant) => ({ ServiceSid: sidOf(ids.svc), Sid: sidOf(pending) }),
  tests: NOT_FOUND,
};

/** By operation; one that is missing fails the test. */
export const TWILIO_ROWS: Readonly<Record<string, TwilioRow>> = {
  'POST /v2/Services': {
    params: ({ word }) => ({ FriendlyName: word, CodeLength: '8' }),
    status: 201,
    tests: FORBIDDEN,
  },
  'GET /v2/Services': page,
  'GET /v2/Services/{ServiceSid}': ofService,
  'POST /v2/Services/{ServiceSid}': {
    ...ofService,
    params: ({ word }) => ({ FriendlyName: `${word} service` }),
    tests: FORBIDDEN,
  },
  'POST /v2/Services/{ServiceSid}/Verifications': {
    ...ofService,
    params: ({ aNumber }) => ({ To: aNumber(), Channel: 'sms' }),
    status: 201,
  },
  'GET /v2/Services/{ServiceSid}/Verifications/{Sid}': delivered,
  // Wrong, so that it stays as it is for the operation behind.
  'POST /v2/Services/{ServiceSid}/VerificationCheck': {
    ...ofService,
    params: ({ pending }) => ({ VerificationSid: sidOf(pending), Code: '0000 0000' }),
    fields: { VerificationSid: [NOT_FOUND] },
    tests: NOT_FOUND,
    status: 201,
  },
  'POST /v2/Services/{ServiceSid}/Verifications/{Sid}': {
    ...pending,
    params: () => ({ Status: 'canceled' }),
  },
};

/** What operations take, for nonsense to stand in. */
export const TWILIO_PARAMS = [
  ...['To', 'Channel', 'Locale', 'Code', 'VerificationSid', 'Status', 'FriendlyName', 'CodeLength'],
  ...['LookupEnabled', 'CustomCode', 'PageSize', 'Page', 'PageToken'],
];
