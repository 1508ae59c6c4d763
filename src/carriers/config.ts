import { z } from 'zod';
import { HttpCarrierConfig } from './http/config.ts';

/** How to reach a carrier over SMPP v3.4. The password is kept apart, sealed. */
export const SmppCarrierConfig = z.strictObject({
  kind: z.literal('smpp'),
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  systemId: z.string().min(1).max(15),
  systemType: z.string().max(12).default(''),
  bindMode: z.enum(['transceiver', 'transmitterReceiver']).default('transceiver'),
  /** Submits on the wire without an answer, per bind. */
  window: z.int().min(1).max(1_000).default(50),
  /** Segments per second that the carrier allows; null = as fast as the window turns. */
  throughput: z.number().positive().nullable().default(null),
  responseTimeoutMs: z.int().min(100).max(120_000).default(5_000),
  enquireLinkMs: z.int().min(100).max(600_000).default(30_000),
  /** How the id in a receipt relates to the id in the submit's answer. */
  receiptIdForm: z.enum(['same', 'hexToDecimal', 'decimalToHex']).default('same'),
  /** `repeated`: the carrier gives many messages the same id, and a receipt is told by its number as well. */
  messageIds: z.enum(['unique', 'repeated']).default('unique'),
  tls: z
    .strictObject({ ca: z.string().optional(), servername: z.string().optional() })
    .nullable()
    .default(null),
});

export type SmppCarrierConfig = z.output<typeof SmppCarrierConfig>;

/** How to reach a carrier, whatever it speaks. */
export const CarrierConfig = z.discriminatedUnion('kind', [SmppCarrierConfig, HttpCarrierConfig]);

export type CarrierConfig = z.output<typeof CarrierConfig>;
export type CarrierConfigInput = z.input<typeof CarrierConfig>;
