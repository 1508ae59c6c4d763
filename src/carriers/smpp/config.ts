import { isIP } from 'node:net';
import { z } from 'zod';
import { Authority } from '../../outgoing/authority.ts';
import { MESSAGE_ID_FORMS } from './message-id.ts';
import { DATA_CODING } from './text.ts';
import { VALIDITY_FORMATS } from './validity.ts';
import { VendorTlv } from './vendor-tlvs.ts';

/** The versions of the protocol by their `interface_version` (SMPP v3.4 §5.2.4). */
export const INTERFACE_VERSIONS = { '3.3': 0x33, '3.4': 0x34, '5.0': 0x50 } as const;

/** What a status may be said to mean: all of `StatusClass` but `ok`, which a refusal cannot be. */
export const REFUSALS = ['throttle', 'temporary', 'ambiguous', 'linkFault', 'sender', 'permanent'] as const;

const typeOfNumber = z.int().min(0).max(6).nullable().default(null);
const numberingPlan = z.int().min(0).max(18).nullable().default(null);
const linkCount = z.int().min(1).max(32).default(1);
const printable = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\x20-\x7e]*$/, 'Only printable ASCII characters');

const isHost = (text: string) =>
  isIP(text) !== 0 || /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/i.test(text);
const absentOr = (text: z.ZodString) => text.nullish().transform((value) => value ?? undefined);

const StatusOverride = z.strictObject({
  /** A `command_status` in hexadecimal, e.g. `0x00000400`. */
  status: z.string().regex(/^0x(?!0+$)[0-9a-f]{1,8}$/i, 'A command_status as 0x00000001 to 0xffffffff'),
  class: z.enum(REFUSALS),
});

/** How to reach a carrier over SMPP. The password is kept apart, sealed. All is told in README.md. */
export const SmppCarrierConfig = z
  .strictObject({
    kind: z.literal('smpp'),
    host: z.string().refine(isHost, 'The name or the address of a host, without a scheme and a port'),
    port: z.int().min(1).max(65_535),
    tls: z
      .strictObject({
        ca: Authority.nullish().transform((value) => value ?? undefined),
        servername: absentOr(z.string()),
      })
      .nullable()
      .default(null),
    systemId: z.string().min(1).max(15),
    systemType: z.string().max(12).default(''),
    version: z.enum(['3.3', '3.4', '5.0']).default('3.4'),
    addressRange: printable(40).default(''),
    bindMode: z.enum(['transceiver', 'transmitterReceiver']).default('transceiver'),
    /** Links that take messages. */
    bindCount: linkCount,
    /** Links for receipts, besides those of `bindCount`; only where the two are separate. */
    receiverCount: linkCount,
    /** Submits on the wire without an answer, per link. */
    window: z.int().min(1).max(1_000).default(50),
    /** Segments per second that the carrier allows, over all links of all workers; null = no limit of ours. */
    throughput: z.number().positive().nullable().default(null),
    responseTimeoutMs: z.int().min(100).max(120_000).default(5_000),
    enquireLinkMs: z.int().min(100).max(600_000).default(30_000),
    /** What the carrier means by its default alphabet, and the `data_coding` that asks for it. */
    alphabet: z.enum(['gsm', 'latin1', 'ascii']).default('gsm'),
    dataCoding: z
      .int()
      .min(0)
      .max(255)
      .refine((value) => value !== DATA_CODING.ucs2, '8 is UCS-2, which other texts go out in anyway')
      .default(DATA_CODING.default),
    /** null = by the kind of the sender, and for destinations 1. */
    sourceTon: typeOfNumber,
    sourceNpi: numberingPlan,
    destinationTon: typeOfNumber,
    destinationNpi: numberingPlan,
    validity: z.enum(VALIDITY_FORMATS).default('relative'),
    /** How the id in a receipt relates to the id in the submit's answer; `auto`: it is found out. */
    receiptIdForm: z.enum(['auto', ...MESSAGE_ID_FORMS]).default('auto'),
    /** `repeated`: the carrier gives many messages the same id, and a receipt is told by its number as well. */
    messageIds: z.enum(['unique', 'repeated']).default('unique'),
    /** Whether the segments of a message have a receipt each, or one is for all. */
    multipartReceipts: z.enum(['auto', 'perPart', 'once']).default('auto'),
    statusOverrides: z
      .array(StatusOverride)
      .max(100)
      .superRefine((overrides, context) =>
        refuseRepeated(
          overrides.map(({ status }) => parseInt(status, 16)),
          (index) => context.addIssue({ code: 'custom', path: [index, 'status'], message: 'Given twice' }),
        ),
      )
      .default([]),
    tlvs: z
      .array(VendorTlv)
      .max(10)
      .superRefine((tlvs, context) =>
        refuseRepeated(
          tlvs.map(({ tag }) => parseInt(tag, 16)),
          (index) => context.addIssue({ code: 'custom', path: [index, 'tag'], message: 'Given twice' }),
        ),
      )
      .default([]),
  })
  .refine(({ version, tlvs }) => version !== '3.3' || tlvs.length === 0, {
    path: ['tlvs'],
    message: 'Version 3.3 knows no TLVs',
  });

export type SmppCarrierConfig = z.output<typeof SmppCarrierConfig>;

function refuseRepeated(values: readonly number[], refuse: (index: number) => void): void {
  values.forEach((value, index) => {
    if (values.indexOf(value) !== index) refuse(index);
  });
}
