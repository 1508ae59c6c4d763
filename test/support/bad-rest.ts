import * as fc from 'fast-check';
import { absurdBody, absurdHeader, absurdText } from './absurd-inputs.ts';
import { OPERATIONS, type OperationRow } from './rest-rows.ts';
import type { Tenant } from './tenants.ts';

/** A request with nonsense in it. */
export interface BadInput {
  /** The root field, or the path. */
  what: string;
  /** What is asked first: a question to which the body is the answer, bound by cookies and by `@challenge@`. */
  question?: string | undefined;
  method?: string;
  path: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

/** What is asked for in queries, wherever something of it is understood. */
const IN_QUERIES = [
  'after',
  'limit',
  'status',
  'to',
  'serviceId',
  'format',
  'actor',
  'action',
  'target',
  'from',
];
/** A body that does not say what it is is as bad as one that is none. */
export const WRONG_TYPES = [
  'text/plain',
  'application/x-ndjson',
  'application/json; charset=utf-7',
  'multipart/form-data',
  '',
];

/** Calls of every operation of the REST API with an account's key, all of them more or less wrong. */
export function badRestCalls(tenant: Tenant): fc.Arbitrary<BadInput> {
  const authorization = `Bearer ${tenant.credential}`;
  return fc.oneof(
    ...Object.entries(OPERATIONS).map(([operation, row]) => {
      const [method, form] = operation.split(' ') as [string, string];
      return fc
        .record({
          path: pathOf(form, row, tenant),
          query: method === 'GET' ? queryOf(row, tenant) : queryOf({}, tenant),
          headers: headersOf(method),
          ...(method !== 'GET' && { body: bodyOf(row, tenant) }),
        })
        .map(({ path, query, headers, body }) => ({
          what: operation,
          method,
          path: `${path}${query && `?${query}`}`,
          headers: { authorization, ...headers },
          body,
        }));
    }),
  );
}

function pathOf(form: string, row: OperationRow, tenant: Tenant): fc.Arbitrary<string> {
  if (!form.includes('{id}')) return fc.constant(form);
  const right = row.id?.(tenant) ?? '';
  return fc
    .oneof({ weight: 6, arbitrary: fc.constant(right) }, absurdText)
    .map((id) => form.replace('{id}', () => encodeURIComponent(id.toWellFormed()).slice(0, 4_000)));
}

function queryOf(row: OperationRow, tenant: Tenant): fc.Arbitrary<string> {
  const right = Object.entries(row.query?.(tenant) ?? {});
  const wrong = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...IN_QUERIES), absurdText), absurdText), {
    maxLength: 3,
  });
  return wrong.map((more) =>
    // Longer ones are refused with their headers, by Node.
    new URLSearchParams([...right, ...more.map(([name, value]) => [name, value.toWellFormed()])])
      .toString()
      .slice(0, 6_000),
  );
}

function headersOf(method: string): fc.Arbitrary<Record<string, string>> {
  const type =
    method === 'GET'
      ? fc.constant({})
      : fc.oneof(
          { weight: 30, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
          fc.constantFrom(...WRONG_TYPES).map((name) => ({ 'content-type': name })),
        );
  const more = fc.constantFrom('idempotency-key', 'last-event-id', 'if-none-match', 'accept', 'otpost-app');
  return fc
    .tuple(type, fc.array(fc.tuple(more, absurdHeader), { maxLength: 1 }))
    .map(([one, others]) => ({ ...one, ...Object.fromEntries(others) }));
}

function bodyOf(row: OperationRow, tenant: Tenant): fc.Arbitrary<string> {
  return absurdBody(row.body?.(tenant) ?? { to: tenant.numbers.pending });
}
