import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { schema } from '../../src/graphql/schema.ts';
import { answerTo, badDoorCalls } from './bad-doors.ts';
import { badRestCalls, type BadInput } from './bad-rest.ts';
import { absurdArgs, absurdJson, absurdText as text, writeJson } from './absurd-inputs.ts';
import { wholeOperation } from './selections.ts';
import { MUTATIONS, QUERIES } from './tenant-rows.ts';
import { TWILIO_PARAMS, TWILIO_ROWS } from './twilio-rows.ts';
import { basic, requestOf, TWILIO_OPERATIONS } from './twilio.ts';
import type { Doorstep } from './doorstep.ts';
import type { Tenant } from './tenants.ts';

/**
 * Operations of every root field of the schema with arguments made for an account, of the REST API, operations for
 * clients of Twilio, calls of its carriers, and what people and clients send to the doors: all of them more or less
 * wrong.
 */
export function badInputs(step: Doorstep): fc.Arbitrary<BadInput> {
  const { tenant } = step;
  return fc.oneof(
    { weight: 6, arbitrary: badOperations(tenant) },
    { weight: 2, arbitrary: badForms(tenant) },
    { weight: 7, arbitrary: badRestCalls(tenant) },
    { weight: 4, arbitrary: badDoorCalls(step) },
    badCalls(tenant),
  );
}

function badOperations(tenant: Tenant): fc.Arbitrary<BadInput> {
  const kinds = [
    ['query', schema.getQueryType(), QUERIES],
    ['mutation', schema.getMutationType(), MUTATIONS],
  ] as const;
  const authorization = `Bearer ${tenant.credential}`;
  const headers = { 'content-type': 'application/json', authorization };
  const all = kinds.flatMap(([kind, type, rows]) =>
    Object.values(type!.getFields())
      .filter(({ args }) => args.length > 0)
      .map((field) => {
        const { query, name } = wholeOperation(schema, kind, field);
        const right = rows[name]?.args?.(tenant) ?? {};
        return absurdArgs(field.args, right).map((variables) => ({
          what: name,
          path: '/graphql',
          headers,
          body: writeJson({ query, variables }),
        }));
      }),
  );
  return fc.oneof(...all);
}

/** Of every operation under `/v2`: its row, but for what stands in its path or its form. */
function badForms(tenant: Tenant): fc.Arbitrary<BadInput> {
  const all = TWILIO_OPERATIONS.map(({ operation }) => {
    const row = TWILIO_ROWS[operation]!;
    const names = [...Object.keys(row.path?.(tenant) ?? {}), ...TWILIO_PARAMS];
    const changes = fc.dictionary(fc.constantFrom(...names), text, { maxKeys: 4 });
    return changes.map((changed) => {
      // A half of a character is in no URL.
      const sendable = Object.entries(changed).map(([name, value]) => [name, value.toWellFormed()]);
      const request = requestOf(
        operation,
        row,
        tenant,
        Object.fromEntries(sendable) as Record<string, string>,
      );
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic(tenant.who.accountId, tenant.credential),
      };
      return { what: operation, headers, ...request };
    });
  });
  return fc.oneof(...all);
}

function badCalls({ httpCarrier, secret, ourNumber, numbers }: Tenant): fc.Arbitrary<BadInput> {
  const call = (kind: string, right: object) =>
    absurdJson(right).map((content) => {
      const body = writeJson(content);
      const signature = createHmac('sha256', secret).update(body).digest('hex');
      const path = `/carriers/${httpCarrier}/${kind}`;
      return { what: kind, path, headers: { 'x-signature': signature }, body };
    });
  return fc.oneof(
    call('receipts', { id: 'x', state: 'delivered' }),
    call('receipts', [{ id: 'x', state: 'undelivered' }]),
    call('inbound', { id: 'x', from: numbers.pending, to: ourNumber, text: 'hello' }),
  );
}

// No answer takes as long on a machine that does anything at all.
const HANG_MS = 60_000;

/** Sends one. @throws {Error} when it is answered as nothing may be: by a failure, or with our insides */
export async function sendBadInput(origin: string, bad: BadInput): Promise<void> {
  const signal = AbortSignal.timeout(HANG_MS);
  const { what, method = 'POST', path, headers, body } = await answering(origin, bad, signal);
  const sent = `${method} ${path}\n${body?.slice(Math.max(0, body.lastIndexOf('"variables"'))) ?? ''}`.slice(
    0,
    2_000,
  );
  const [response, answer] = await ask(origin + path, {
    method,
    headers,
    signal,
    ...(body !== undefined && { body }),
  }).catch((error: unknown) => {
    throw new Error(`${what} has no answer: ${JSON.stringify(headers)} ${sent}`, { cause: error });
  });
  const isFailure = response.status >= 500 || /internal\/unexpected|"code":20500/.test(answer);
  const tellsInsides = /node_modules|node:internal|\.ts:\d|\bat \S+ \(/.test(answer);
  if (!isFailure && !tellsInsides) return;
  throw new Error(`${what}: ${response.status} ${answer.slice(0, 2_000)}\n${sent}`);
}

/** What is to be an answer, once the question was asked. */
async function answering(origin: string, bad: BadInput, signal: AbortSignal): Promise<BadInput> {
  const { question, headers, body } = bad;
  if (question === undefined || body === undefined) return bad;
  const { 'content-type': _, ...asking } = headers;
  const [response, text] = await ask(origin + question, { headers: asking, signal });
  const challenge = /"challenge":"([\w-]+)"/.exec(text)?.[1] ?? '';
  const set = response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0]!);
  const cookie = [headers.cookie ?? '', ...set].filter(Boolean).join('; ');
  return { ...bad, headers: { ...headers, ...(cookie && { cookie }) }, body: answerTo(challenge, body) };
}

async function ask(url: string, init: RequestInit): Promise<[Response, string]> {
  const response = await fetch(url, init);
  return [response, await textOf(response)];
}

/** Of a stream, which does not end, what it begins with. */
async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text();
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}
