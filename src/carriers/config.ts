import { z } from 'zod';
import { HttpCarrierConfig } from './http/config.ts';
import { SmppCarrierConfig } from './smpp/config.ts';

/** How to reach a carrier, whatever it speaks. */
export const CarrierConfig = z.discriminatedUnion('kind', [SmppCarrierConfig, HttpCarrierConfig]);

export type CarrierConfig = z.output<typeof CarrierConfig>;
export type CarrierConfigInput = z.input<typeof CarrierConfig>;
