import type { RunningApp } from '../../src/app.ts';

/** The answer of an endpoint of OAuth. */
export interface OAuthAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** Sends a form to an endpoint of OAuth, as a client does that has no library. */
export async function sendForm(
  app: RunningApp,
  path: string,
  form: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<OAuthAnswer> {
  const response = await fetch(app.server!.url + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers,
  });
  const text = await response.text();
  const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}

/** The Authorization header of a client with a secret. */
export function basic(clientId: string, secret: string): { authorization: string } {
  const encoded = [clientId, secret].map(encodeURIComponent).join(':');
  return { authorization: `Basic ${Buffer.from(encoded).toString('base64')}` };
}
