import { z } from 'zod';
import { Authority } from '../../outgoing/authority.ts';
import {
  Format,
  HeaderName,
  Pointer,
  SecretName,
  requestConfig,
  requestProblems,
} from '../../outgoing/http/request-config.ts';
import { MEANINGS } from './answer.ts';
import { HMAC_ALGORITHMS } from './callback-auth.ts';
import { PLACEHOLDERS } from './placeholders.ts';

const Status = z.union([z.int().min(200).max(599), z.enum(['2xx', '3xx', '4xx', '5xx'])]);
const Scalar = z.union([z.string().max(200), z.number(), z.boolean()]);

const Rule = z
  .strictObject({
    status: z.array(Status).min(1).optional(),
    at: Pointer.optional(),
    is: z.array(Scalar).min(1).optional(),
    exists: z.boolean().optional(),
    means: z.enum(MEANINGS),
  })
  .superRefine(({ status, at, is, exists }, context) => {
    const conditions = [is, exists].filter((condition) => condition !== undefined).length;
    const message =
      at === undefined && conditions > 0
        ? 'tell the field to look at: "at"'
        : at !== undefined && conditions !== 1
          ? 'what the field should be goes into "is", or into "exists" (true or false)'
          : at === undefined && status === undefined
            ? 'a rule needs a "status" or a field ("at") to go by'
            : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const Answer = z.strictObject({
  format: Format.default('json'),
  /** Where the carrier's id of the message is, or `{attemptId}`: it takes ours. */
  messageId: z.union([z.literal('{attemptId}'), Pointer]),
  whenIdIsMissing: z.enum(['unknown', 'accepted']).default('unknown'),
  segments: Pointer.nullable().default(null),
  errorCode: Pointer.nullable().default(null),
  errorMessage: Pointer.nullable().default(null),
  rules: z.array(Rule).max(100).default([]),
});

const CallbackAuth = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('secret'),
      header: HeaderName.toLowerCase().optional(),
      query: z.string().min(1).max(100).optional(),
      /** Before the secret in the header, e.g. `Bearer `. */
      prefix: z.string().max(40).default(''),
      secret: SecretName,
    })
    .refine(({ header, query }) => (header === undefined) !== (query === undefined), {
      error: 'the secret is either in a "header" or in the "query"',
    }),
  z.strictObject({
    type: z.literal('hmac'),
    algorithm: z.enum(HMAC_ALGORITHMS).default('sha256'),
    header: HeaderName.toLowerCase(),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    /** Before the signature, e.g. `sha256=`. */
    prefix: z.string().max(40).default(''),
    secret: SecretName,
  }),
]);

const Receipts = z
  .strictObject({
    /** `query`: the fields are in the URL. */
    format: z.enum(['json', 'form', 'query']).default('json'),
    /** Where the list is, if a call has several; what is no list there is the only one. */
    list: Pointer.default(''),
    /** These begin at the receipt, not at the list. */
    messageId: Pointer,
    state: Pointer,
    /** The carrier's words → ours. Words that are not here are no news. */
    states: z
      .record(z.string().min(1).max(60), z.enum(['enroute', 'delivered', 'undelivered']))
      .refine(
        (states) => Object.values(states).includes('delivered'),
        'one of the states must mean delivered',
      ),
    errorCode: Pointer.nullable().default(null),
    /** The number that the message went to: it tells messages of one id apart. */
    to: Pointer.nullable().default(null),
    auth: CallbackAuth,
  })
  .refine(({ format, auth }) => format !== 'query' || auth.type !== 'hmac', {
    path: ['auth', 'type'],
    error: 'an hmac signs the body, and a query has none',
  });

/** Messages from handsets, which the carrier calls with at `/carriers/{id}/inbound`. */
const Inbound = z.strictObject({
  format: z.enum(['json', 'form', 'query']).default('json'),
  /** As that of the receipts; the other pointers begin at the message. */
  list: Pointer.default(''),
  from: Pointer,
  to: Pointer,
  text: Pointer,
  /** The carrier's id of the message: the same one again is the same message. */
  id: Pointer.nullable().default(null),
  /** Null: as that of the receipts. */
  auth: CallbackAuth.nullable().default(null),
});

/** A carrier that is reached over HTTP, described without code. Its secrets are kept apart, sealed. */
export const HttpCarrierConfig = z
  .strictObject({
    kind: z.literal('http'),
    request: requestConfig(PLACEHOLDERS),
    answer: Answer,
    receipts: Receipts.nullable().default(null),
    /** `repeated`: the carrier gives many messages the same id, and a receipt is told by its number as well. */
    messageIds: z.enum(['unique', 'repeated']).default('unique'),
    inbound: Inbound.nullable().default(null),
    /** Only to OTPOST_PRIVATE_NETWORKS: codes never cross a public network in the clear. */
    allowPlainHttp: z.boolean().default(false),
    tls: z.strictObject({ ca: Authority }).nullable().default(null),
    /** Kept alive. */
    connections: z.int().min(1).max(500).default(10),
    /** Requests under way and waiting for a connection; null = as many as connections. */
    window: z.int().min(1).max(1_000).nullable().default(null),
    /** Requests per second that the carrier allows; null = as fast as the window turns. */
    throughput: z.number().positive().nullable().default(null),
    /** For a connection, and as long again from the request to the last octet of the answer. */
    timeoutMs: z.int().min(100).max(120_000).default(10_000),
  })
  .superRefine((config, context) => {
    const { request, receipts, inbound, window, connections } = config;
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const { path, message } of requestProblems(config)) refuse(path, message);
    if (!receipts && JSON.stringify(request).includes('{callbackUrl}'))
      refuse(['receipts'], 'the request names {callbackUrl}, so say what the receipts look like');
    if (inbound && !inbound.auth && !receipts)
      refuse(['inbound', 'auth'], 'say how a call proves that it is the carrier’s');
    if (inbound?.format === 'query' && (inbound.auth ?? receipts?.auth)?.type === 'hmac')
      refuse(['inbound', 'auth'], 'an hmac signs the body, and a query has none');
    if (window !== null && window < connections)
      refuse(['window'], `with a window below ${connections} some of the connections would never be used`);
  });

export type HttpCarrierConfig = z.output<typeof HttpCarrierConfig>;
