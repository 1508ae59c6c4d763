import type { NamedSecret } from '../secrets.ts';
import type { RequestConfig } from './request-config.ts';
import { parseTemplate, secretsIn } from './template.ts';

/**
 * The secrets that a request names.
 * @param known the placeholders that may be in it besides
 * @param path of the request in its configuration
 */
export function secretsOfRequest(
  { url, headers, auth, body }: RequestConfig,
  known: readonly string[],
  path = 'config.request',
): NamedSecret[] {
  return textsIn({ url, headers, auth, body }, path).flatMap(({ text, path }) =>
    secretsIn(parseTemplate(text, known)).map((name) => ({ name, path })),
  );
}

function textsIn(value: unknown, path: string): { text: string; path: string }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, `${path}.${name}`));
}
