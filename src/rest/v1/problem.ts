import { z } from '@hono/zod-openapi';
import { challengeOf } from '../../accounts/challenge.ts';
import { docUrl, ERROR_CODES, type DomainError, type ErrorCode } from '../../errors.ts';
import type { App } from '../../platform.ts';

/** RFC 9457. Besides these members a problem has what its kind adds, e.g. `checksLeft` or `nextSendAt`. */
export const Problem = z
  .looseObject({
    type: z.url().openapi({ description: 'The page about this kind of problem.' }),
    title: z.string().openapi({ description: 'The kind, in words.', example: 'wrong code' }),
    status: z.int().openapi({ description: 'The HTTP status, again.', example: 422 }),
    detail: z.string().openapi({ description: 'What happened and what to do about it, in English.' }),
    code: z.string().openapi({ description: 'Stable: decide by this.', example: 'verification/wrong_code' }),
    field: z.string().optional().openapi({ description: 'Which field of the input is wrong.' }),
  })
  .openapi('Problem', { description: 'What stood in the way (RFC 9457).' });

export type Problem = z.output<typeof Problem>;

/** Where the pages about problems are. */
export type Site = Pick<App, 'publicUrl'>;

export const PROBLEM_TYPE = 'application/problem+json';

/** @param more what this kind of problem adds */
export function problem(
  { publicUrl }: Site,
  code: ErrorCode,
  detail: string,
  more: Record<string, unknown> = {},
): Problem {
  const type = docUrl(publicUrl, code);
  return { ...more, type, title: titleOf(code), status: ERROR_CODES[code], detail, code };
}

/** All that an error of the domain says of itself; its fields are for callers to act on. */
export function problemOf(site: Site, error: DomainError): Problem {
  return problem(site, error.code, error.message, { ...error });
}

/** Headers that a program can act on without reading the body. */
export function problemHeaders(body: Problem, now: number): Record<string, string> {
  const { nextSendAt, retryAfterSeconds } = body;
  const challenge = challengeOf(body as Problem & { code: ErrorCode });
  const wait =
    nextSendAt instanceof Date
      ? Math.max(1, Math.ceil((nextSendAt.getTime() - now) / 1_000))
      : (retryAfterSeconds as number | undefined);
  return {
    'content-type': PROBLEM_TYPE,
    ...(challenge !== undefined && { 'www-authenticate': challenge }),
    ...(wait !== undefined && { 'retry-after': String(wait) }),
  };
}

function titleOf(code: ErrorCode): string {
  return code.slice(code.indexOf('/') + 1).replaceAll('_', ' ');
}
