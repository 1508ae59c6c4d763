import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { HonoRequest } from 'hono';
import type { z } from 'zod';
import type { ErrorCode } from '../../errors.ts';
import { queryFieldsOf } from '../../http/fields.ts';
import { readJson } from '../../http/read-json.ts';
import { inputProblem } from '../../read-input.ts';

const MAX_BODY_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/i;

/** What the parts of a request must be; those that are not here are not looked at. */
export interface PartSchemas {
  params?: z.ZodType | undefined;
  query?: z.ZodType | undefined;
  headers?: z.ZodType | undefined;
  body?: z.ZodType | undefined;
}

/** A request that is none of its operation's. */
export class Malformed extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  constructor(code: ErrorCode, message: string, field?: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** Reads the parts of a request, and checks them. @throws {Malformed} */
export async function readParts(
  { params, query, headers, body }: PartSchemas,
  { req, env }: { req: HonoRequest; env: HttpBindings },
) {
  return {
    query: query && check(query, queryFieldsOf(env.incoming.url ?? '')),
    params: params && check(params, req.param()),
    headers: headers && check(headers, env.incoming.headers),
    body: body && check(body, await readJsonBody(env.incoming)),
  };
}

function check(schema: z.ZodType, value: unknown): unknown {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const { path, message } = inputProblem(read.error);
  throw new Malformed('input/invalid', `${path || 'The body'}: ${message}.`, path);
}

/** Nothing is unpacked here: what is packed would be read as it is, as rows or as JSON that make no sense. @throws {Malformed} */
export function refuseEncoded({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return;
  throw new Malformed('request/media_type', 'Send the body as it is, without a Content-Encoding.');
}

async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const { 'content-type': type, 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (type === undefined && encoding === undefined && Number(length ?? 0) === 0) return {};
  if (!JSON_TYPE.test((type ?? '').split(';')[0]!.trim()))
    throw new Malformed('request/media_type', 'Send the body as application/json.');
  refuseEncoded(request);
  const read = await readJson(request, MAX_BODY_BYTES);
  if (typeof read === 'object') return read.value;
  throw read === 'tooLarge'
    ? new Malformed('request/too_large', `A body has at most ${MAX_BODY_BYTES / 1024} KB.`)
    : new Malformed('input/invalid', 'The body is no JSON.');
}
