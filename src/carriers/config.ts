import { z } from 'zod';
import { CARRIER_KINDS } from './kinds.ts';

type SchemasOf<Kinds extends readonly { config: unknown }[]> = {
  [Place in keyof Kinds]: Kinds[Place]['config'];
};

/** How to reach a carrier, whatever it speaks. */
export const CarrierConfig = z.discriminatedUnion(
  'kind',
  // A map over a tuple has the same places.
  CARRIER_KINDS.map(({ config }) => config) as unknown as SchemasOf<typeof CARRIER_KINDS>,
);

export type CarrierConfig = z.output<typeof CarrierConfig>;
export type CarrierConfigInput = z.input<typeof CarrierConfig>;
