import type { HttpBindings } from '@hono/node-server';
import type { IncomingMessage } from 'node:http';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { lackOf } from '../../accounts/lack.ts';
import type { Permission } from '../../accounts/permissions.ts';
import type { Principal } from '../../accounts/principal.ts';
import type { AuditAction } from '../../audit/actions.ts';
import { fieldsOf, queryFieldsOf, type Fields } from '../../http/fields.ts';
import { readBody } from '../../http/read-body.ts';
import type { App } from '../../platform.ts';
import { sendNothing, sendText } from '../send.ts';
import { InvalidParameter, Refusal } from './fault.ts';

export interface TwilioEnv {
  Bindings: HttpBindings;
  Variables: {
    who: Principal;
    audit: AuditAction;
    /** Parameters of path and body, for the audit log to find what they name. */
    asked: Fields;
  };
}

export type TwilioApi = Hono<TwilioEnv>;
export type TwilioContext = Context<TwilioEnv>;

/** What a call is handed: who asks, and its parameters, read and checked. */
export interface Call<Params> {
  app: App;
  who: Principal;
  /** Of the path, by the names that it has in `Endpoint.path`. */
  path: Readonly<Record<string, string>>;
  /** Of the query of a GET, else of the body. */
  params: Params;
  /** What the addresses of things begin with, up to `/v2`. */
  site: string;
  /** The whole path with its query, for pages to lead on from. */
  url: URL;
}

/** One operation, under the path that Twilio Verify v2 has for it. */
export interface Endpoint<Params extends z.ZodType> {
  method: 'GET' | 'POST' | 'DELETE';
  /** `/v2/…`, with `{ServiceSid}` for a segment. */
  path: string;
  /** What it is called in refusals. */
  name: string;
  /** What a caller must have. */
  permission: Permission;
  /** What doing it is called in the audit log; whatever does something says it. */
  audit?: AuditAction;
  /** Those that are not here are not looked at. */
  params?: Params;
  /** Of success. */
  status: 200 | 201 | 204;
  /** @returns the answer; nothing for 204 */
  handle: (call: Call<z.output<Params>>) => Promise<object | undefined>;
}

/** What every operation needs before it is let do anything. */
export interface Gate {
  app: App;
  /** @throws {DomainError} when nobody may call so, or not so often */
  admit(context: TwilioContext): Promise<Principal>;
  site(context: TwilioContext): string;
  /** All that were added, for tests to see that none is forgotten. */
  operations: OperationNeeds[];
}

export interface OperationNeeds {
  /** `POST /v2/…` */
  operation: string;
  permission: Permission;
}

const NOTHING = z.object({});
const FORM = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

export function addEndpoint<Params extends z.ZodType = typeof NOTHING>(
  api: TwilioApi,
  gate: Gate,
  endpoint: Endpoint<Params>,
): void {
  const { method, path, name, permission, audit, status } = endpoint;
  if (method !== 'GET' && !audit) throw new Error(`${name} must say what it is called in the audit log`);
  gate.operations.push({ operation: `${method} ${path}`, permission });
  const schema = endpoint.params ?? NOTHING;
  api.on(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), async (context) => {
    const who = await gate.admit(context);
    context.set('who', who);
    context.set('audit', audit ?? 'data.read');
    const inPath = context.req.param() as Record<string, string>;
    context.set('asked', inPath);
    const lack = lackOf(who, permission, name);
    if (lack) throw lack;
    const { incoming } = context.env;
    const given = method === 'GET' ? queryFieldsOf(incoming.url ?? '') : await readForm(incoming);
    context.set('asked', { ...inPath, ...given });
    const site = gate.site(context);
    const answer = await endpoint.handle({
      app: gate.app,
      who,
      path: inPath,
      params: readParams(schema, given) as z.output<Params>,
      site,
      // Pages alone ask for it.
      get url() {
        return new URL(context.req.path + queryOf(context.req.url), site);
      },
    });
    const { outgoing } = context.env;
    return status === 204
      ? sendNothing(outgoing, status)
      : sendText(outgoing, status, JSON.stringify(answer ?? {}), HEADERS);
  });
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const MAX_BODY_BYTES = 64 * 1024;

/** @throws {Refusal} when the body is anything but a form, or too large */
async function readForm(request: IncomingMessage): Promise<Fields> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === 'tooLarge') throw new Refusal(413, 60200, `A body has at most ${MAX_BODY_BYTES / 1024} KB`);
  const text = body === 'cut' ? '' : body.toString();
  if (text === '') return {};
  if (!FORM.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 60200, 'Send the body as application/x-www-form-urlencoded');
  return fieldsOf(new URLSearchParams(text));
}

/** @throws {InvalidParameter} that names the first one that is wrong */
function readParams(schema: z.ZodType, given: Fields): unknown {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const name = String(issue!.path[0] ?? '');
  const isTwice = Object.hasOwn(given, name) && Array.isArray(given[name]);
  throw new InvalidParameter(name, isTwice ? 'It is there more than once.' : `${issue!.message}.`);
}

function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}
