import { z } from 'zod';
import type { RawTlv } from './tlv.ts';

/** Tags that belong to vendors (SMPP v3.4 §5.3.2). */
const VENDOR_TAGS = { first: 0x1400, last: 0x3fff } as const;
const MAX_OCTETS = 255;
const INTEGER_OCTETS = { int8: 1, int16: 2, int32: 4 } as const;

const tag = z
  .string()
  .regex(/^0x[0-9a-f]{4}$/i, 'A tag in hexadecimal, such as 0x1400')
  .refine((text) => {
    const number = parseInt(text, 16);
    return number >= VENDOR_TAGS.first && number <= VENDOR_TAGS.last;
  }, 'A tag of vendors is 0x1400 to 0x3fff');

const integer = <Type extends keyof typeof INTEGER_OCTETS>(type: Type) => {
  const most = 2 ** (8 * INTEGER_OCTETS[type]) - 1;
  return z.strictObject({
    tag,
    type: z.literal(type),
    value: z
      .string()
      .regex(/^\d{1,10}$/, 'A whole number in decimal')
      .refine((text) => Number(text) <= most, `At most ${most}`),
  });
};

/** A TLV that goes out with every segment, e.g. the DLT entity and template ids of India. */
export const VendorTlv = z.discriminatedUnion('type', [
  z.strictObject({
    tag,
    /** Characters of one octet each; a NUL is not added. */
    type: z.literal('text'),
    value: z
      .string()
      .min(1)
      .max(MAX_OCTETS)
      .regex(/^[\x20-\x7e]*$/, 'Only printable ASCII characters'),
  }),
  z.strictObject({
    tag,
    /** Any octets, in hexadecimal. */
    type: z.literal('octets'),
    value: z
      .string()
      .max(2 * MAX_OCTETS)
      .regex(/^(?:[0-9a-f]{2})*$/i, 'Pairs of hexadecimal digits'),
  }),
  integer('int8'),
  integer('int16'),
  integer('int32'),
  z.strictObject({
    tag,
    /** What a register calls the sender of the message; left out where it has none in the destination's country. */
    type: z.literal('registration'),
    value: z
      .string()
      .max(100)
      .regex(/^[a-z0-9_]+\.[^.\x00-\x1f]+$/, 'A register and one of its references, such as dlt.entity'),
  }),
]);

export type VendorTlv = z.output<typeof VendorTlv>;

/** A TLV as it goes out, or the name of the registration that is its text. */
export type OutgoingTlv = RawTlv | { tag: number; registration: string };

export function outgoingTlv({ tag, type, value }: VendorTlv): OutgoingTlv {
  const number = parseInt(tag, 16);
  return type === 'registration'
    ? { tag: number, registration: value }
    : { tag: number, value: octetsOf(type, value) };
}

/** Those of one message. */
export function tlvsFor(
  tlvs: readonly OutgoingTlv[],
  registrations: Readonly<Record<string, string>> = {},
): RawTlv[] {
  return tlvs.flatMap((tlv) => {
    if ('value' in tlv) return tlv;
    const text = registrations[tlv.registration];
    return text === undefined ? [] : { tag: tlv.tag, value: Buffer.from(text, 'utf8') };
  });
}

function octetsOf(type: Exclude<VendorTlv['type'], 'registration'>, value: string): Buffer {
  switch (type) {
    case 'text':
      return Buffer.from(value, 'latin1');
    case 'octets':
      return Buffer.from(value, 'hex');
    case 'int8':
    case 'int16':
    case 'int32': {
      const octets = Buffer.alloc(INTEGER_OCTETS[type]);
      octets.writeUIntBE(Number(value), 0, octets.length);
      return octets;
    }
    default:
      throw new Error(`unhandled type of TLV: ${type satisfies never}`);
  }
}
