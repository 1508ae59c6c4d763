import { z } from 'zod';
import { MEANINGS } from './answer.ts';
import { HMAC_ALGORITHMS } from './callback-auth.ts';
import { PLACEHOLDERS, type Placeholder } from './placeholders.ts';
import { parsePointer } from './pointer.ts';
import { parseTemplate, TemplateError } from './template.ts';
import { urlProblem } from './url.ts';

/** A text with placeholders. */
function template(known: readonly Placeholder[] = PLACEHOLDERS, maxLength = 2_000) {
  return z
    .string()
    .max(maxLength)
    .superRefine((text, context) => {
      try {
        parseTemplate(text, known);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
      }
    });
}

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const TemplateText = template();
/** A JSON value; the texts in it are templates, names are taken as they are. */
const JsonTemplate: z.ZodType<Json> = z.lazy(() =>
  z.union([
    TemplateText,
    z.number(),
    z.boolean(),
    z.null(),
    z.array(JsonTemplate).max(100),
    z.record(z.string().max(200), JsonTemplate),
  ]),
);

const Pointer = z
  .string()
  .max(200)
  .refine((text) => parsePointer(text) !== undefined, {
    error:
      'a JSON pointer (RFC 6901) is empty or begins with /, e.g. /messages/0/id; ~ is written ~0, / in a name ~1',
  });

const SecretName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'a secret is named with letters, digits and _');
const HeaderName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'this is not a name that a header can have');

/** Those that say how the message is framed, which is not a template's business. */
const FRAMING = [
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'expect',
  'upgrade',
  'te',
  'trailer',
  'keep-alive',
];

const Headers = z
  .record(
    HeaderName.refine(
      (name) => !FRAMING.includes(name.toLowerCase()),
      'this header is set by the connection itself',
    ),
    template().refine((text) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text), 'a header is one line of Latin-1'),
  )
  .refine((headers) => Object.keys(headers).length <= 50, 'at most 50 headers');

const Auth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('basic'), user: template([]), password: template([]) }),
  z.strictObject({ type: z.literal('bearer'), token: template([]) }),
]);

const Request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT']).default('POST'),
  url: template().superRefine((text, context) => {
    const problem = urlProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  }),
  headers: Headers.default({}),
  auth: Auth.nullable().default(null),
  body: z
    .union([
      z.strictObject({ json: JsonTemplate }),
      z.strictObject({ form: z.record(z.string().min(1).max(200), TemplateText) }),
    ])
    .nullable()
    .default(null),
});

const Format = z.union([z.enum(['json', 'form']), z.strictObject({ separators: z.string().min(1).max(10) })]);

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
    request: Request,
    answer: Answer,
    receipts: Receipts.nullable().default(null),
    inbound: Inbound.nullable().default(null),
    /** Only to OTPOST_PRIVATE_NETWORKS: codes never cross a public network in the clear. */
    allowPlainHttp: z.boolean().default(false),
    tls: z
      .strictObject({ ca: z.string().min(1).max(100_000) })
      .nullable()
      .default(null),
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
    const { request, receipts, inbound, window, connections, allowPlainHttp } = config;
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (request.method === 'GET' && request.body) refuse(['request', 'body'], 'a GET request has no body');
    if (/^http:/i.test(request.url) && !allowPlainHttp)
      refuse(
        ['request', 'url'],
        'plain http needs "allowPlainHttp", and goes to OTPOST_PRIVATE_NETWORKS only',
      );
    const names = Object.keys(request.headers).map((name) => name.toLowerCase());
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) refuse(['request', 'headers', twice], 'this header is there twice');
    if (request.auth && names.includes('authorization'))
      refuse(['request', 'headers', 'authorization'], '"auth" sets this header already');
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
