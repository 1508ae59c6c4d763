import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { schema } from '../../src/graphql/schema.ts';
import { absurdArgs, absurdJson, writeJson } from './absurd-inputs.ts';
import { wholeOperation } from './selections.ts';
import { MUTATIONS, QUERIES } from './tenant-rows.ts';
import type { Tenant } from './tenants.ts';

/** A request with nonsense in it. */
export interface BadInput {
  /** The root field, or the path. */
  what: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * Operations of every root field of the schema with arguments made for an account, and calls of its
 * carriers: all of them more or less wrong.
 */
export function badInputs(tenant: Tenant): fc.Arbitrary<BadInput> {
  return fc.oneof({ weight: 9, arbitrary: badOperations(tenant) }, badCalls(tenant));
}

function badOperations(tenant: Tenant): fc.Arbitrary<BadInput> {
  const kinds = [
    ['query', schema.getQueryType(), QUERIES],
    ['mutation', schema.getMutationType(), MUTATIONS],
  ] as const;
  const authorization = `Bearer ${tenant.credential}`;
  const headers = { 'content-type': 'application/json', authorization };
  const all = kinds.flatMap(([kind, type, rows]) =>
    Object.values(type!.getFields())
      .filter(({ args }) => args.length > 0)
      .map((field) => {
        const { query, name } = wholeOperation(schema, kind, field);
        const right = rows[name]?.args?.(tenant) ?? {};
        return absurdArgs(field.args, right).map((variables) => ({
          what: name,
          path: '/graphql',
          headers,
          body: writeJson({ query, variables }),
        }));
      }),
  );
  return fc.oneof(...all);
}

function badCalls({ httpCarrier, secret, ourNumber, numbers }: Tenant): fc.Arbitrary<BadInput> {
  const call = (kind: string, right: object) =>
    absurdJson(right).map((content) => {
      const body = writeJson(content);
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      const path = `/carriers/${httpCarrier}/${kind}`;
      return { what: kind, path, headers: { 'x-signature': signature }, body };
    });
  return fc.oneof(
    call('receipts', { id: 'x', state: 'delivered' }),
    call('receipts', [{ id: 'x', state: 'undelivered' }]),
    call('inbound', { id: 'x', from: numbers.pending, to: ourNumber, text: 'hello' }),
  );
}

// No answer takes as long on a machine that does anything at all.
const HANG_MS = 60_000;

/** Sends one. @throws {Error} when it is answered as nothing may be: by a failure, or with our insides */
export async function sendBadInput(origin: string, { what, path, headers, body }: BadInput): Promise<void> {
  const signal = AbortSignal.timeout(HANG_MS);
  const response = await fetch(origin + path, { method: 'POST', headers, body, signal });
  const answer = await response.text();
  const isFailure = response.status >= 500 || answer.includes('internal/unexpected');
  const tellsInsides = /node_modules|node:internal|\.ts:\d|\bat \S+ \(/.test(answer);
  const { errors } = JSON.parse(answer || '{}') as { errors?: unknown };
  if (!isFailure && !tellsInsides) return;
  const sent = body.slice(Math.max(0, body.lastIndexOf('"variables"')));
  throw new Error(`${what}: ${response.status} ${JSON.stringify(errors)}\n${sent.slice(0, 2_000)}`);
}
