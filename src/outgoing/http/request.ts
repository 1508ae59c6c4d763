import type { HttpRequest } from './exchange.ts';
import type { RequestConfig } from './request-config.ts';
import { fill, fillTyped, parseTemplate, secretOf, type Template, type Value } from './template.ts';
import { encodeValue, hasDots, splitUrl } from './url.ts';

/** The value of a placeholder that names no secret. */
export type Fill = (placeholder: string) => Value;

/** Why values cannot go out as the template has them, in words. */
export interface Unfit {
  unfit: string;
}

export interface RequestWriter {
  origin: URL;
  /** The request with its values. */
  write(value: Fill): HttpRequest | Unfit;
}

// One line of Latin-1: whoever gets a line break into a header writes headers of his own.
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

type WriteBody = (fill: Fill) => string;

/**
 * Takes the templates apart once, so that a request only fills them in.
 * @param known the placeholders that may be in it, besides secrets
 */
export function createRequestWriter(
  request: RequestConfig,
  known: readonly string[],
  secrets: Readonly<Record<string, string>>,
): RequestWriter {
  const read = (text: string) => parseTemplate(text, known);
  const { origin, target: targetText } = splitUrl(request.url);
  const target = read(targetText);
  const secretOnly = (text: string) => fill(read(text), (name) => secretOf(name, secrets)!);
  const authorization = request.auth && writeAuthorization(request.auth, secretOnly);
  const headers: [string, Template][] = Object.entries(request.headers).map(([name, text]) => [
    name.toLowerCase(),
    read(text),
  ]);
  const body = request.body && bodyWriter(request.body, read);
  const usual = {
    accept: '*/*',
    // A compressed answer could be a thousand times larger than it looks.
    'accept-encoding': 'identity',
    'user-agent': 'otpost',
    ...(body && { 'content-type': body.contentType }),
    ...(authorization && { authorization }),
  };

  return {
    origin,
    write(valueOf) {
      const value: Fill = (placeholder) => secretOf(placeholder, secrets) ?? valueOf(placeholder);
      const filled: Record<string, string> = { ...usual };
      for (const [name, template] of headers) filled[name] = fill(template, value);
      const unfit = Object.keys(filled).find((name) => !HEADER_VALUE.test(filled[name]!));
      if (unfit !== undefined) return { unfit: `the header ${unfit} cannot hold this value` };
      const path = fill(target, value, encodeValue);
      if (hasDots(path)) return { unfit: 'a value would change the path of the URL' };
      const octets = body && Buffer.from(body.write(value));
      if (octets || request.method !== 'GET') filled['content-length'] = String(octets?.length ?? 0);
      return { method: request.method, target: path, headers: filled, body: octets ?? undefined };
    },
  };
}

function writeAuthorization(
  auth: NonNullable<RequestConfig['auth']>,
  write: (text: string) => string,
): string {
  if (auth.type === 'bearer') return `Bearer ${write(auth.token)}`;
  return `Basic ${Buffer.from(`${write(auth.user)}:${write(auth.password)}`).toString('base64')}`;
}

function bodyWriter(
  body: NonNullable<RequestConfig['body']>,
  read: (text: string) => Template,
): { contentType: string; write: WriteBody } {
  if ('form' in body) {
    const fields: [string, Template][] = Object.entries(body.form).map(([name, text]) => [name, read(text)]);
    return {
      contentType: 'application/x-www-form-urlencoded',
      write: (value) =>
        new URLSearchParams(fields.map(([name, template]) => [name, fill(template, value)])).toString(),
    };
  }
  const json = jsonWriter(body.json, read);
  return { contentType: 'application/json', write: (value) => JSON.stringify(json(value)) };
}

function jsonWriter(json: unknown, read: (text: string) => Template): (value: Fill) => unknown {
  if (typeof json === 'string') {
    const template = read(json);
    return (value) => fillTyped(template, value);
  }
  if (Array.isArray(json)) {
    const items = json.map((item) => jsonWriter(item, read));
    return (value) => items.map((item) => item(value));
  }
  if (typeof json === 'object' && json !== null) {
    const entries = Object.entries(json).map(([name, item]) => [name, jsonWriter(item, read)] as const);
    return (value) => Object.fromEntries(entries.map(([name, item]) => [name, item(value)]));
  }
  return () => json;
}
