import type { z } from 'zod';

/** What is wrong with a configuration: the field by its path, and what is allowed there. */
export interface ConfigProblem {
  path: string;
  message: string;
}

/** The first problem of a configuration, with the name of the very field. */
export function configProblem({ issues }: z.ZodError, root = 'config'): ConfigProblem {
  const { path, message } = innermost(issues[0]!);
  return { path: [root, ...path].join('.'), message };
}

type Issue = z.core.$ZodIssue;
type Found = Pick<Issue, 'path' | 'message'>;

/** Where there were alternatives, the one that was meant is the one that fits furthest. */
function innermost(issue: Issue): Found {
  const choices: Found[] =
    issue.code === 'invalid_union'
      ? issue.errors.flatMap((issues) => (issues[0] ? [innermost(issues[0])] : []))
      : issue.code === 'invalid_key'
        ? issue.issues.slice(0, 1).map(innermost)
        : [];
  const best = choices.reduce<Found | undefined>(
    (one, other) => (one && one.path.length >= other.path.length ? one : other),
    undefined,
  );
  if (best === undefined || (issue.code === 'invalid_union' && best.path.length === 0)) return issue;
  return { path: [...issue.path, ...best.path], message: best.message };
}
