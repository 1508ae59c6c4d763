import type { RunningApp } from '../../src/app.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { createTwilioDoor } from '../../src/rest/twilio/api.ts';
import { idOfSid, sidOf } from '../../src/rest/twilio/sids.ts';
import type { Said } from './rest-calls.ts';
import type { Tenant } from './tenants.ts';
import type { TwilioRow } from './twilio-rows.ts';

/** Every operation under `/v2`, with the permission that it needs. */
export const TWILIO_OPERATIONS = createTwilioDoor({} as never, {
  publicUrl: '',
  own: { publicUrl: '', allowed: undefined, hosts: new Set() },
  addressOf: () => undefined,
}).operations;

const KINDS = ['acc', 'key', 'svc', 'vrf', 'msg', 'lim', 'bkt', 'saf', 'ent', 'fac', 'chl'] as const;

/** What stands for nothing that there is, of the kind that a sid is. */
export function nobodysLike(sid: string): string {
  const kind = KINDS.find((one) => idOfSid(one, sid) !== undefined);
  return kind ? sidOf(newId(kind)) : sid;
}

/** As clients of Twilio say who they are. */
export function basic(accountId: Tenant['who']['accountId'], credential: string): string {
  return `Basic ${Buffer.from(`${sidOf(accountId)}:${credential}`).toString('base64')}`;
}

/** The path of an operation, with its query; and its body. */
export function requestOf(
  operation: string,
  row: TwilioRow,
  own: Tenant,
  changed: Readonly<Record<string, string>> = {},
): { method: string; path: string; body?: string } {
  const [method, form] = operation.split(' ') as [string, string];
  const inPath = { ...row.path?.(own) };
  const params = new URLSearchParams(row.params?.(own));
  for (const [name, value] of Object.entries(changed))
    if (name in inPath) inPath[name] = value;
    else params.set(name, value);
  const path = form.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(inPath[name]!));
  if (method === 'GET') return { method, path: `${path}?${params.toString()}` };
  return method === 'DELETE' ? { method, path } : { method, path, body: params.toString() };
}

/** Calls an operation as its row says, for an account's own things, or with other values of some parameters. */
export async function callTwilio(
  app: RunningApp,
  own: Tenant,
  operation: string,
  row: TwilioRow,
  changed: Readonly<Record<string, string>> = {},
  credential = own.credential,
): Promise<Said> {
  const { path, ...request } = requestOf(operation, row, own, changed);
  const response = await fetch(app.server!.url + path, {
    ...request,
    headers: {
      authorization: basic(own.who.accountId, credential),
      ...(request.body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
  });
  return { status: response.status, text: await response.text() };
}

/** The code of a fault; `empty`, a page without anything, or a count of nothing; or `own`. */
export function twilioAnswerOf({ status, text }: Said): string {
  if (status >= 400) return String((JSON.parse(text) as { code: number }).code);
  if (text === '') return 'own';
  const answer = JSON.parse(text) as Record<string, unknown> & { meta?: { key: string } };
  if (answer.total_attempts === 0) return 'empty';
  return answer.meta && (answer[answer.meta.key] as unknown[]).length === 0 ? 'empty' : 'own';
}
