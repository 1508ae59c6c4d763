import { z } from 'zod';
import type { RunningApp } from '../../src/app.ts';

interface Answer {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, { schema: object }>;
}

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, Answer> }>>;
  components: { schemas: Record<string, object> };
}

/** What an answer of the REST API is, as its caller has it. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

/** What the OpenAPI document of a server says of its answers. */
export interface Documented {
  /** @returns what is wrong with an answer by it, in words; an operation that there is not has no answers. */
  faultsOf(method: string, path: string, answer: Answered): string[];
}

const known = new WeakMap<RunningApp, Promise<Documented>>();

export function documented(app: RunningApp): Promise<Documented> {
  let found = known.get(app);
  if (!found) known.set(app, (found = read(app)));
  return found;
}

async function read(app: RunningApp): Promise<Documented> {
  const document = (await (await fetch(`${app.server!.url}/v1/openapi.json`)).json()) as OpenApi;
  const paths = Object.entries(document.paths).map(([form, operations]) => ({
    form: new RegExp(`^${form.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    // A path without anything to fill in is meant before one with it.
    rank: form.includes('{') ? 1 : 0,
    operations,
  }));
  paths.sort((one, other) => one.rank - other.rank);
  const readers = new Map<object, z.ZodType>();

  function readerOf(schema: object): z.ZodType {
    const before = readers.get(schema);
    if (before) return before;
    const whole = { ...schema, $defs: document.components.schemas };
    const local = JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/');
    const reader = z.fromJSONSchema(JSON.parse(local) as Parameters<typeof z.fromJSONSchema>[0]);
    readers.set(schema, reader);
    return reader;
  }

  return {
    faultsOf(method, path, { status, headers, text }) {
      const { pathname } = new URL(path, 'http://localhost');
      const operation = paths
        .filter(({ form }) => form.test(pathname))
        .map(({ operations }) => operations[method.toLowerCase()])
        .find((one) => one !== undefined);
      if (!operation) return [];
      const answer = operation.responses[status];
      if (!answer) return [`the status ${status} is not documented: ${text}`];
      const unnamed = [
        'etag',
        'location',
        'ratelimit',
        'ratelimit-policy',
        'retry-after',
        'www-authenticate',
      ].filter(
        (name) =>
          headers.has(name) && !Object.keys(answer.headers ?? {}).some((one) => one.toLowerCase() === name),
      );
      const faults = unnamed.map((name) => `the header ${name} of ${status} is not documented`);
      const type = (headers.get('content-type') ?? '').split(';')[0]!;
      if (type === '') return text === '' ? faults : [...faults, 'the answer has no type'];
      const content = answer.content?.[type];
      if (!content) return [...faults, `the type ${type} of ${status} is not documented`];
      if (!type.endsWith('json') || type.endsWith('ndjson')) return faults;
      const body: unknown = JSON.parse(text);
      const read = readerOf(content.schema).safeParse(body);
      if (!read.success) faults.push(`the answer is not as documented: ${z.prettifyError(read.error)}`);
      const { code } = body as { code?: string };
      if (status >= 400 && !answer.description.split(', ').includes(code ?? ''))
        faults.push(`${code} is not among ${answer.description}`);
      return faults;
    },
  };
}
