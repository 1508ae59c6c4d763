import { isSupportedCountry } from 'libphonenumber-js';
import { z } from 'zod';
import { Authority } from '../outgoing/authority.ts';
import { isRegion } from '../accounts/region.ts';
import { Format, Pointer, requestConfig, requestProblems } from '../outgoing/http/request-config.ts';
import { LINE_TYPES } from './resolution.ts';

/** The values that a request can be filled with. */
const VALUES = {
  /** E.164 with `+`. */
  to: (e164) => e164,
  /** E.164 without `+`. */
  'to.digits': (e164) => e164.slice(1),
} as const satisfies Record<string, (e164: string) => string>;

export const LOOKUP_PLACEHOLDERS = Object.keys(VALUES);

export function lookupValueOf(placeholder: string, e164: string): string {
  return VALUES[placeholder as keyof typeof VALUES](e164);
}

const MccMnc = z.string().regex(/^\d{5,6}$/, 'MCC and MNC are 5 or 6 digits, e.g. 21910');

/** By the provider's word for it. */
const words = <T extends z.ZodType>(ours: T) => z.record(z.string().min(1).max(100), ours).default({});

const Flag = z.strictObject({ at: Pointer, values: words(z.boolean()) });

const Unknown = z
  .strictObject({
    status: z.array(z.int().min(200).max(499)).min(1).optional(),
    at: Pointer.optional(),
    is: z
      .array(z.union([z.string().max(200), z.number(), z.boolean()]))
      .min(1)
      .optional(),
  })
  .refine(({ status, at, is }) => (at === undefined ? status !== undefined && !is : is !== undefined), {
    error: 'it goes by a "status", by a field ("at" with "is"), or by both',
  });

const Answer = z.strictObject({
  format: Format.default('json'),
  operator: z.union([
    /** MCC and MNC together; `values` translates names into them. */
    z.strictObject({ at: Pointer, values: words(MccMnc) }),
    z.strictObject({ mcc: Pointer, mnc: Pointer }),
  ]),
  lineType: z
    .strictObject({ at: Pointer, values: words(z.enum(LINE_TYPES)) })
    .nullable()
    .default(null),
  ported: Flag.nullable().default(null),
  reachable: Flag.nullable().default(null),
  /** Answers that say: there is no such number, or nothing is known of it. */
  unknown: z.array(Unknown).max(20).default([]),
});

/** A database of who serves which number, asked over HTTP and described without code. Its secrets are kept apart. */
export const NumberLookupConfig = z
  .strictObject({
    request: requestConfig(LOOKUP_PLACEHOLDERS),
    answer: Answer,
    /** Where it learns our numbers, e.g. `EU`; an account with a residency asks in that region only. */
    region: z
      .string()
      .refine(isRegion, 'a region is two capital letters, e.g. EU or US')
      .nullable()
      .default(null),
    /** Only numbers of these countries are looked up, ISO 3166-1 alpha-2; null = all. */
    countries: z
      .array(z.string().refine(isSupportedCountry, 'a country is two capital letters (ISO 3166-1), e.g. HR'))
      .min(1)
      .max(250)
      .nullable()
      .default(null),
    /** What an answer costs, in the account's currency. */
    price: z.number().min(0).max(100).default(0),
    /** How long an answer counts: numbers are ported. */
    keepSeconds: z
      .int()
      .min(60)
      .max(90 * 86_400)
      .default(30 * 86_400),
    /** How long it counts that nothing was found. */
    keepUnknownSeconds: z.int().min(1).max(86_400).default(3_600),
    /** A message that waits longer than this goes by what the first digits say. */
    deadlineMs: z.int().min(20).max(1_000).default(800),
    /** For a connection, and as long again from the request to the last octet of the answer. */
    timeoutMs: z.int().min(20).max(1_000).default(800),
    /** Kept alive; as many lookups are under way at once. */
    connections: z.int().min(1).max(200).default(20),
    /** Only to OTPOST_PRIVATE_NETWORKS: numbers never cross a public network in the clear. */
    allowPlainHttp: z.boolean().default(false),
    tls: z.strictObject({ ca: Authority }).nullable().default(null),
  })
  .superRefine((config, context) => {
    for (const { path, message } of requestProblems(config))
      context.addIssue({ code: 'custom', path, message });
    if (!/\{to(\.digits)?\}/.test(JSON.stringify(config.request)))
      context.addIssue({ code: 'custom', path: ['request'], message: 'it nowhere names the number, {to}' });
  });

export type NumberLookupConfig = z.output<typeof NumberLookupConfig>;
