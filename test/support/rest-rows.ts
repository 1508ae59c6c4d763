import type { Tenant } from './tenants.ts';

/** What `test/api/rest/tenants.test.ts` has to know of an operation of the REST API. */
export interface OperationRow {
  /** What stands for `{id}` when an account asks for its own. */
  id?: (own: Tenant) => string;
  /** The query with which an account asks for its own. */
  query?: (own: Tenant) => Record<string, string>;
  body?: (own: Tenant) => Record<string, unknown> | readonly unknown[];
  /** The code with which another account's id in the path is answered. */
  foreign?: string;
  /** For each field of query or body that takes an id or a cursor: the codes that may come, or `empty`, or `own`. */
  fields?: Readonly<Record<string, readonly string[]>>;
  /** What a test key of the account is answered that asks for what is live. Default: as for its own. */
  tests?: string;
  /** The status of what it answers to its own. */
  status?: number;
  /** Answers with a stream that does not end by itself. */
  streams?: boolean;
}

const page = { fields: { after: ['input/cursor', 'empty', 'own'] } } as const;
const NOT_FOUND = 'verification/not_found';
const verification = { id: ({ ids }: Tenant) => ids.vrf, foreign: NOT_FOUND, tests: NOT_FOUND };
const pending = { id: (own: Tenant) => own.pending, foreign: NOT_FOUND, tests: NOT_FOUND };

const NO_BATCH = 'batch/not_found';
const batch = { id: ({ ids }: Tenant) => ids.bat, foreign: NO_BATCH, tests: NO_BATCH };

/** By operation; one that is missing fails the test. */
export const OPERATIONS: Readonly<Record<string, OperationRow>> = {
  'POST /v1/verifications': {
    body: ({ aNumber, ids }) => ({ to: aNumber(), serviceId: ids.svc }),
    fields: { serviceId: ['service/not_found'] },
    status: 201,
  },
  'GET /v1/verifications': {
    tests: 'empty',
    query: ({ ids, numbers }) => ({ serviceId: ids.svc, to: numbers.delivered }),
    fields: { ...page.fields, serviceId: ['service/not_found', 'empty'] },
  },
  'GET /v1/verifications/{id}': verification,
  // Wrong, so that it stays as it is for the operations behind.
  'POST /v1/verifications/{id}/check': { ...pending, body: () => ({ code: '000 000 00' }), status: 400 },
  'POST /v1/verifications/{id}/resend': pending,
  'POST /v1/verifications/{id}/cancel': pending,
  'POST /v1/verifications/batch': {
    query: ({ ids }) => ({ serviceId: ids.svc }),
    body: ({ aNumber }) => [{ to: aNumber() }],
    fields: { serviceId: ['service/not_found'] },
    status: 202,
  },
  // By then the test key has one of its own.
  'GET /v1/batches': page,
  'GET /v1/batches/{id}': batch,
  'GET /v1/batches/{id}/results': { ...batch, ...page },
  'GET /v1/batches/{id}/events': { ...batch, streams: true },
  // It is done.
  'POST /v1/batches/{id}/cancel': { ...batch, status: 409 },
  'GET /v1/verifications/{id}/messages': { ...verification, ...page },
  'GET /v1/messages/{id}': {
    id: ({ ids }) => ids.msg,
    foreign: 'message/not_found',
    tests: 'message/not_found',
  },
  'GET /v1/verifications/{id}/events': {
    ...verification,
    fields: { after: ['input/cursor', 'own'] },
    streams: true,
  },
  'GET /v1/events': { fields: { after: ['input/cursor', 'own'] }, streams: true },
  'GET /v1/inbound-messages': { ...page, tests: 'auth/forbidden' },
  'POST /v1/subjects/erase': { body: ({ aNumber }) => ({ to: aNumber() }), tests: 'auth/forbidden' },
  'POST /v1/subjects/export': {
    body: ({ numbers }) => ({ to: numbers.delivered }),
    tests: 'auth/forbidden',
  },
  'POST /v1/verifications/{id}/reveal': verification,
  'POST /v1/inbound-messages/{id}/reveal': {
    id: ({ ids }) => ids.inb,
    foreign: 'inbound_message/not_found',
    tests: 'inbound_message/not_found',
  },
  'GET /v1/account': {},
  'GET /v1/services': {},
  'GET /v1/carriers': {},
  'GET /v1/carriers/{id}': { id: ({ ids }) => ids.car, foreign: 'carrier/not_found' },
  'GET /v1/routes': {},
  // Not all of it: what was refused is noted with the ids that were asked for.
  'GET /v1/audit': {
    query: () => ({ format: 'csv', action: 'service.create' }),
    fields: { actor: ['own'], target: ['own'] },
    tests: 'auth/forbidden',
  },
  'GET /v1/audit/checkpoints': { ...page, tests: 'auth/forbidden' },
  'POST /v1/audit/checkpoints': { tests: 'auth/forbidden', status: 201 },
  'GET /v1/audit/keys': { tests: 'auth/forbidden' },
};
