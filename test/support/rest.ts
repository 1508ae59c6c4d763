import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { Permission } from '../../src/accounts/permissions.ts';
import type { Principal } from '../../src/accounts/principal.ts';
import { documented } from './documented.ts';
import type { RunningApp } from '../../src/app.ts';

/** An answer of the REST API, read. */
export interface RestAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface RestCaller {
  credential: string;
  get(path: string, headers?: Record<string, string>): Promise<RestAnswer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<RestAnswer>;
}

/** A caller with an API key of the account of `who`. */
export async function createRestCaller(
  app: RunningApp,
  who: Principal,
  permissions?: readonly Permission[],
): Promise<RestCaller> {
  const { key } = await createApiKey(app, who.accountId, { name: 'Test', permissions: permissions ?? null });
  return restCallerWith(app, key);
}

export function restCallerWith(app: RunningApp, credential: string): RestCaller {
  async function call(path: string, init: RequestInit): Promise<RestAnswer> {
    const response = await fetch(app.server!.url + path, {
      ...init,
      headers: { ...(credential && { authorization: `Bearer ${credential}` }), ...init.headers },
    });
    const text = await response.text();
    const { status, headers: said } = response;
    const faults = (await documented(app)).faultsOf(init.method ?? 'GET', path, {
      status,
      headers: said,
      text,
    });
    if (faults.length > 0) throw new Error(`${init.method ?? 'GET'} ${path}: ${faults.join('; ')}`);
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  }
  return {
    credential,
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = {}) =>
      call(path, {
        method: 'POST',
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}
