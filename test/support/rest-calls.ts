import type { RunningApp } from '../../src/app.ts';
import { documented } from './documented.ts';
import type { OperationRow } from './rest-rows.ts';
import type { Tenant } from './tenants.ts';

export interface Said {
  status: number;
  text: string;
}

/** What a stream that does not end begins with is enough: this long behind its first event. */
const FIRST_MS = 150;
/** When it says nothing. */
const SILENT_MS = 600;

/**
 * Calls an operation of the REST API as its row says, for an account's own things, or with other values in some
 * fields (`id` is the one in the path).
 */
export async function callOperation(
  app: RunningApp,
  own: Tenant,
  operation: string,
  row: OperationRow,
  changed: Readonly<Record<string, string>> = {},
  credential = own.credential,
): Promise<Said> {
  const [method, form] = operation.split(' ') as [string, string];
  const id = changed.id ?? row.id?.(own) ?? '';
  const inQuery = { ...row.query?.(own) };
  const given = row.body?.(own);
  // An array has no fields: those are in the query then.
  const body = Array.isArray(given) ? given : given && { ...given };
  const fieldsIn = body && !Array.isArray(body) ? body : inQuery;
  for (const [field, value] of Object.entries(changed))
    if (field !== 'id') Object.assign(fieldsIn, { [field]: value });
  const query = new URLSearchParams(inQuery).toString();
  const stop = new AbortController();
  const stopIn = (ms: number) => void setTimeout(() => stop.abort(), ms).unref();
  const response = await fetch(`${app.server!.url}${form.replace('{id}', id)}${query && `?${query}`}`, {
    method,
    signal: stop.signal,
    headers: {
      authorization: `Bearer ${credential}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const isOpen = row.streams && response.ok;
  if (isOpen) stopIn(SILENT_MS);
  const text = isOpen ? await readUntilAborted(response, () => stopIn(FIRST_MS)) : await response.text();
  const { status, headers } = response;
  const faults = (await documented(app)).faultsOf(method, form.replace('{id}', 'id'), {
    status,
    headers,
    text,
  });
  if (faults.length > 0) throw new Error(`${operation}: ${faults.join('; ')}`);
  return { status, text };
}

async function readUntilAborted(response: Response, onFirstEvent: () => void): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const saidSomething = text.includes('data:');
      text += decoder.decode(chunk, { stream: true });
      if (!saidSomething && text.includes('data:')) onFirstEvent();
    }
  } catch {
    // Left by us.
  }
  return text;
}

/** The code of a problem; `empty`, a page without anything; or `own`. */
export function answeredOf({ status, text }: Said): string {
  if (status >= 400) return (JSON.parse(text) as { code: string }).code;
  if (!text.startsWith('{')) return 'own';
  const { items } = JSON.parse(text) as { items?: unknown[] };
  return items?.length === 0 ? 'empty' : 'own';
}
