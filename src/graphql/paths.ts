/**
 * Every path that the API answers, by its form: `{id}` stands for one segment, `{rest}` for all that follow. What is not here is not
 * answered, and `test/api/tenants.test.ts` asks for a row about each.
 */
export const PATHS = [
  '/',
  '/graphql',
  '/carriers/{id}/receipts',
  '/carriers/{id}/inbound',
  // Its operations are a list of their own: `Rest.operations`.
  '/v1/{rest}',
  '/.well-known/security.txt',
  '/oauth/token',
  '/oauth/introspect',
  '/oauth/revoke',
  '/oauth/jwks',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-protected-resource',
  '/health',
  '/ready',
] as const;

export type Path = (typeof PATHS)[number];

const FORMS = PATHS.map((form) => ({
  form,
  pattern: new RegExp(`^${form.replaceAll('.', '[.]').replace('{id}', '[^/]+').replace('{rest}', '.+')}$`),
}));

/** The form of a path; `undefined` when nothing is there. */
export function formOf(path: string): Path | undefined {
  return FORMS.find(({ pattern }) => pattern.test(path))?.form;
}
