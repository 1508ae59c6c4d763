import type { OpenAPIHono } from '@hono/zod-openapi';
import { ERROR_CODES, type ErrorCode } from '../../errors.ts';
import { Problem, PROBLEM_TYPE } from './problem.ts';

/** The headers that answers have besides those of any HTTP; by the name that they are referred to by. */
const HEADERS = {
  RateLimit: {
    description: 'What is left of the limit of which the least is left: `r` units for `t` seconds.',
    schema: { type: 'string', example: '"credential";r=2999999;t=60' },
  },
  'RateLimit-Policy': {
    description: 'The limits that count for the caller: `q` units in `w` seconds.',
    schema: { type: 'string', example: '"credential";q=3000000;w=60' },
  },
  ETag: {
    description: 'Of what was answered: given as `If-None-Match` it asks whether it is another one now.',
    schema: { type: 'string' },
  },
  Location: { description: 'Where it is read from now on.', schema: { type: 'string' } },
  'Retry-After': { description: 'Whole seconds to wait before it can help.', schema: { type: 'integer' } },
  'WWW-Authenticate': {
    description: 'What is wrong with the credential, or lacking (RFC 6750).',
    schema: { type: 'string' },
  },
} as const;

type HeaderName = keyof typeof HEADERS;

/** What every answer can have. */
const ALWAYS: readonly HeaderName[] = ['RateLimit', 'RateLimit-Policy'];
const OF_STATUS: Readonly<Record<number, readonly HeaderName[]>> = {
  201: ['Location'],
  202: ['Location'],
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  409: ['Retry-After'],
  429: ['Retry-After'],
};

export function addHeaders(api: Pick<OpenAPIHono, 'openAPIRegistry'>): void {
  for (const [name, header] of Object.entries(HEADERS))
    api.openAPIRegistry.registerComponent('headers', name, header);
}

/** Those of an answer. @param more that only this one has */
export function headersOf(status: number, more: readonly HeaderName[] = []) {
  const names = [...ALWAYS, ...(OF_STATUS[status] ?? []), ...more];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Of several codes with one status, one response that names them all. */
export function problemResponses(codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERROR_CODES[code]);
  return Object.fromEntries(
    [...byStatus].map(([status, alike]) => [
      status,
      {
        description: alike.join(', '),
        headers: headersOf(status),
        content: { [PROBLEM_TYPE]: { schema: Problem } },
      },
    ]),
  );
}
