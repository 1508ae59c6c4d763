import { z } from 'zod';
import { parsePointer } from './pointer.ts';
import { parseTemplate, TemplateError } from './template.ts';
import { urlProblem } from './url.ts';

/** A text with placeholders. */
function template(known: readonly string[], maxLength = 2_000) {
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

export const Pointer = z
  .string()
  .max(200)
  .refine((text) => parsePointer(text) !== undefined, {
    error:
      'a JSON pointer (RFC 6901) is empty or begins with /, e.g. /messages/0/id; ~ is written ~0, / in a name ~1',
  });

export const SecretName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/, 'a secret is named with letters, digits and _');
export const HeaderName = z
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

/** How a body is read: see `document.ts`. */
export const Format = z.union([
  z.enum(['json', 'form']),
  z.strictObject({ separators: z.string().min(1).max(10) }),
]);

const Auth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('basic'), user: template([]), password: template([]) }),
  z.strictObject({ type: z.literal('bearer'), token: template([]) }),
]);

/**
 * A request, described without code.
 * @param known the placeholders that its texts may have, besides `{secret.…}`
 */
export function requestConfig(known: readonly string[]) {
  const Text = template(known);
  /** A JSON value; the texts in it are templates, names are taken as they are. */
  const JsonTemplate: z.ZodType<Json> = z.lazy(() =>
    z.union([
      Text,
      z.number(),
      z.boolean(),
      z.null(),
      z.array(JsonTemplate).max(100),
      z.record(z.string().max(200), JsonTemplate),
    ]),
  );
  const Headers = z
    .record(
      HeaderName.refine(
        (name) => !FRAMING.includes(name.toLowerCase()),
        'this header is set by the connection itself',
      ),
      Text.refine((text) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text), 'a header is one line of Latin-1'),
    )
    .refine((headers) => Object.keys(headers).length <= 50, 'at most 50 headers');
  return z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT']).default('POST'),
    url: Text.superRefine((text, context) => {
      const problem = urlProblem(text);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    }),
    headers: Headers.default({}),
    auth: Auth.nullable().default(null),
    body: z
      .union([
        z.strictObject({ json: JsonTemplate }),
        z.strictObject({ form: z.record(z.string().min(1).max(200), Text) }),
      ])
      .nullable()
      .default(null),
  });
}

export type RequestConfig = z.output<ReturnType<typeof requestConfig>>;

/** What is wrong between the fields of a request. */
export function requestProblems(config: {
  request: RequestConfig;
  allowPlainHttp: boolean;
}): { path: string[]; message: string }[] {
  const { request, allowPlainHttp } = config;
  const problems: { path: string[]; message: string }[] = [];
  const refuse = (path: string[], message: string) => problems.push({ path: ['request', ...path], message });
  if (request.method === 'GET' && request.body) refuse(['body'], 'a GET request has no body');
  if (/^http:/i.test(request.url) && !allowPlainHttp)
    refuse(['url'], 'plain http needs "allowPlainHttp", and goes to OTPOST_PRIVATE_NETWORKS only');
  const names = Object.keys(request.headers).map((name) => name.toLowerCase());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) refuse(['headers', twice], 'this header is there twice');
  if (request.auth && names.includes('authorization'))
    refuse(['headers', 'authorization'], '"auth" sets this header already');
  return problems;
}
