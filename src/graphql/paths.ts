/**
 * Every path that the API answers, by its form: `{id}` stands for one segment. What is not here is not
 * answered, and `test/api/tenants.test.ts` asks for a row about each.
 */
export const PATHS = [
  '/',
  '/graphql',
  '/carriers/{id}/receipts',
  '/carriers/{id}/inbound',
  '/health',
  '/ready',
] as const;

export type Path = (typeof PATHS)[number];

const FORMS = PATHS.map((form) => ({ form, pattern: new RegExp(`^${form.replace('{id}', '[^/]+')}$`) }));

/** The form of a path; `undefined` when nothing is there. */
export function formOf(path: string): Path | undefined {
  return FORMS.find(({ pattern }) => pattern.test(path))?.form;
}
