import * as fc from 'fast-check';
import { createSchema } from '../../src/graphql/schema.ts';
import { absurdArgs, writeBody } from './absurd-inputs.ts';
import { wholeOperation } from './selections.ts';
import { MUTATIONS, QUERIES } from './tenant-rows.ts';
import type { Tenant } from './tenants.ts';

/** An operation with nonsense in its arguments. */
export interface BadInput {
  field: string;
  /** The request's body. */
  body: string;
}

/** Operations of every root field of the schema with arguments made for an account, more or less wrong. */
export function badInputs(tenant: Tenant): fc.Arbitrary<BadInput> {
  const schema = createSchema();
  const kinds = [
    ['query', schema.getQueryType(), QUERIES],
    ['mutation', schema.getMutationType(), MUTATIONS],
  ] as const;
  const all = kinds.flatMap(([kind, type, rows]) =>
    Object.values(type!.getFields())
      .filter(({ args }) => args.length > 0)
      .map((field) => {
        const { query, name } = wholeOperation(schema, kind, field);
        const right = rows[name]?.args?.(tenant) ?? {};
        return absurdArgs(field.args, right).map((args) => ({ field: name, body: writeBody(query, args) }));
      }),
  );
  return fc.oneof(...all);
}

// No answer takes as long on a machine that does anything at all.
const HANG_MS = 60_000;

/** Sends one. @throws {Error} when it is answered as nothing may be: by a failure, or with our insides */
export async function sendBadInput(
  url: string,
  credential: string,
  { field, body }: BadInput,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
    body,
    signal: AbortSignal.timeout(HANG_MS),
  });
  const answer = await response.text();
  const isFailure = response.status >= 500 || answer.includes('internal/unexpected');
  const tellsInsides = /node_modules|node:internal|\.ts:\d|\bat \S+ \(/.test(answer);
  const { errors } = JSON.parse(answer) as { errors?: unknown };
  if (!isFailure && !tellsInsides) return;
  const variables = body.slice(body.lastIndexOf('"variables"'));
  throw new Error(`${field}: ${response.status} ${JSON.stringify(errors)}\n${variables.slice(0, 2_000)}`);
}
