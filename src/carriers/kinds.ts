import type { z } from 'zod';
import { HTTP } from './http/kind.ts';
import type { CarrierKind } from './kind.ts';
import { SMPP } from './smpp/kind.ts';

/** Every kind of carrier: all that is different between them is derived from here. */
export const CARRIER_KINDS = [SMPP, HTTP] as const;

export type Kind = (typeof CARRIER_KINDS)[number];

/** `smpp`, `http` … */
export type CarrierKindName = Kind['kind'];

/** Those whose configuration has a type of its own in GraphQL. */
export type TypedKind = Extract<Kind, { graphql: { config: 'typed' } }>;

export const CARRIER_KIND_NAMES = CARRIER_KINDS.map(({ kind }) => kind);

/** What is particular to a configuration's kind. @throws {Error} when there is no such kind, as in a row of another version */
export function kindOf(config: { kind: CarrierKindName }): CarrierKind<z.output<Kind['config']>> {
  const kind = CARRIER_KINDS.find((one) => one.kind === config.kind);
  if (!kind) throw new Error(`There is no kind of carrier ${JSON.stringify(config.kind)}.`);
  return kind;
}
