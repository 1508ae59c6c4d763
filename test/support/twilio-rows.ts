import { sidOf } from '../../src/rest/twilio/sids.ts';
import type { Tenant } from './tenants.ts';

/** What `test/api/twilio/access.test.ts` has to know of an operation under `/v2`. */
export interface TwilioRow {
  /** What stands in its path when an account asks for its own. */
  path?: (own: Tenant) => Record<string, string>;
  /** Its query or body then. */
  params?: (own: Tenant) => Record<string, string>;
  /** For each parameter that takes a sid or a place in a list: what another account's may be answered with. */
  fields?: Readonly<Record<string, readonly string[]>>;
  /** Parts of its path that callers choose: what is not there yet is made. */
  chosen?: readonly string[];
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

const limit = { path: ({ ids }: Tenant) => ({ ServiceSid: sidOf(ids.svc), Sid: sidOf(ids.lim) }) };
const buckets = { path: ({ ids }: Tenant) => ({ ServiceSid: sidOf(ids.svc), RateLimitSid: sidOf(ids.lim) }) };
const bucket = { path: (own: Tenant) => ({ ...buckets.path(own), Sid: sidOf(own.ids.bkt) }) };
const entity = {
  path: ({ ids, identity }: Tenant) => ({ ServiceSid: sidOf(ids.svc), Identity: identity }),
  tests: NOT_FOUND,
};
const factor = { ...entity, path: (own: Tenant) => ({ ...entity.path(own), Sid: sidOf(own.ids.fac) }) };
const challenge = { ...entity, path: (own: Tenant) => ({ ...entity.path(own), Sid: sidOf(own.ids.chl) }) };
const safe = { path: ({ numbers }: Tenant) => ({ PhoneNumber: numbers.safe }) };
/** A name that nobody has used yet. */
const aName = ({ aNumber, word }: Tenant) => `${word}-${aNumber().slice(1)}`;
const sends = {
  VerifyServiceSid: ['60200', 'empty'],
  VerificationSid: ['60200', 'empty'],
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
  'POST /v2/Services/{ServiceSid}/RateLimits': {
    ...ofService,
    params: (own) => ({ UniqueName: aName(own), Description: own.word }),
    status: 201,
    tests: FORBIDDEN,
  },
  'GET /v2/Services/{ServiceSid}/RateLimits': { ...ofService, ...page },
  'GET /v2/Services/{ServiceSid}/RateLimits/{Sid}': limit,
  'POST /v2/Services/{ServiceSid}/RateLimits/{Sid}': {
    ...limit,
    params: ({ word }) => ({ Description: `${word} says` }),
    tests: FORBIDDEN,
  },
  'POST /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets': {
    ...buckets,
    params: () => ({ Max: '5', Interval: '60' }),
    status: 201,
    tests: FORBIDDEN,
  },
  'GET /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets': { ...buckets, ...page },
  'GET /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}': bucket,
  'POST /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}': {
    ...bucket,
    params: () => ({ Max: '1001' }),
    tests: FORBIDDEN,
  },
  'DELETE /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets/{Sid}': {
    ...bucket,
    status: 204,
    tests: FORBIDDEN,
  },
  'DELETE /v2/Services/{ServiceSid}/RateLimits/{Sid}': { ...limit, status: 204, tests: FORBIDDEN },
  'GET /v2/Attempts': {
    params: ({ numbers }) => ({ 'ChannelData.To': numbers.delivered }),
    fields: { ...sends, ...page.fields, 'ChannelData.To': ['60200', 'empty'] },
    tests: 'empty',
  },
  'GET /v2/Attempts/Summary': { fields: sends },
  'GET /v2/Attempts/{Sid}': { path: ({ ids }) => ({ Sid: sidOf(ids.msg) }), tests: NOT_FOUND },
  'POST /v2/SafeList/Numbers': {
    params: ({ aNumber }) => ({ PhoneNumber: aNumber() }),
    status: 201,
    tests: FORBIDDEN,
  },
  'GET /v2/SafeList/Numbers/{PhoneNumber}': safe,
  'DELETE /v2/SafeList/Numbers/{PhoneNumber}': { ...safe, status: 204, tests: FORBIDDEN },
  'POST /v2/Services/{ServiceSid}/Entities': {
    ...ofService,
    params: (own) => ({ Identity: aName(own) }),
    status: 201,
  },
  'GET /v2/Services/{ServiceSid}/Entities': { ...ofService, ...page },
  'GET /v2/Services/{ServiceSid}/Entities/{Identity}': entity,
  'POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors': {
    ...entity,
    params: ({ word }) => ({ FriendlyName: word, FactorType: 'totp' }),
    chosen: ['Identity'],
    status: 201,
    tests: 'own',
  },
  // Tests have somebody of that name by now, too.
  'GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors': { ...entity, ...page, tests: 'own' },
  'GET /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}': factor,
  'POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}': {
    ...factor,
    params: ({ word }) => ({ FriendlyName: `${word} phone` }),
  },
  'POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges': {
    ...entity,
    params: ({ ids }) => ({ FactorSid: sidOf(ids.fac) }),
    fields: { FactorSid: [NOT_FOUND] },
    status: 201,
  },
  'GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges': {
    ...entity,
    fields: { ...page.fields, FactorSid: [NOT_FOUND, 'empty'] },
    tests: 'empty',
  },
  'GET /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}': challenge,
  // Wrong, so that it stays as it is for whoever comes behind.
  'POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges/{Sid}': {
    ...challenge,
    params: () => ({ AuthPayload: 'none' }),
  },
  'DELETE /v2/Services/{ServiceSid}/Entities/{Identity}/Factors/{Sid}': { ...factor, status: 204 },
  'DELETE /v2/Services/{ServiceSid}/Entities/{Identity}': { ...entity, status: 204 },
};

export function twilioRowOf(operation: string): TwilioRow {
  const row = TWILIO_ROWS[operation];
  if (!row) throw new Error(`${operation} has no row in test/support/twilio-rows.ts: add how it is called.`);
  return row;
}

/** What operations take, for nonsense to stand in. */
export const TWILIO_PARAMS = [
  ...['To', 'Channel', 'Locale', 'Code', 'VerificationSid', 'Status', 'FriendlyName', 'CodeLength'],
  ...[
    'LookupEnabled',
    'CustomCode',
    'PageSize',
    'Page',
    'PageToken',
    'RateLimits',
    'UniqueName',
    'Description',
  ],
  ...[
    'Max',
    'Interval',
    'PhoneNumber',
    'ChannelData.To',
    'DateCreatedAfter',
    'Country',
    'Identity',
    'FactorType',
  ],
  ...['Binding.Secret', 'Config.Skew', 'FactorSid', 'AuthPayload', 'ExpirationDate'],
];
