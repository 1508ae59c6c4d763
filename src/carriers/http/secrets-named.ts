import type { HttpCarrierConfig } from './config.ts';
import { PLACEHOLDERS } from './placeholders.ts';
import { parseTemplate, secretsIn } from './template.ts';

/** The secrets that a configuration names, each with the path of the field that does. */
export function secretsNamedIn({
  request,
  receipts,
  inbound,
}: HttpCarrierConfig): { name: string; path: string }[] {
  const { url, headers, auth, body } = request;
  const named = textsIn({ url, headers, auth, body }, 'config.request').flatMap(({ text, path }) =>
    secretsIn(parseTemplate(text, PLACEHOLDERS)).map((name) => ({ name, path })),
  );
  if (receipts) named.push({ name: receipts.auth.secret, path: 'config.receipts.auth.secret' });
  if (inbound?.auth) named.push({ name: inbound.auth.secret, path: 'config.inbound.auth.secret' });
  return named;
}

function textsIn(value: unknown, path: string): { text: string; path: string }[] {
  if (typeof value === 'string') return [{ text: value, path }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, `${path}.${name}`));
}
