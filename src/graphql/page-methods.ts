import type { ServerResponse } from 'node:http';
import { answerJson } from '../http/answer.ts';
import { SECURITY_TXT_PATH } from '../http/security-txt.ts';
import type { Path } from './paths.ts';

/** Answers what is no reading of a page. @returns whether it was none */
export function refusesMethod(form: Path, method: string | undefined, response: ServerResponse): boolean {
  const methods = methodsOfPage(form);
  if (!methods || methods.includes(method ?? '')) return false;
  response.setHeader('allow', methods.join(', '));
  answerJson(response, 405, { error: `This is asked by ${methods.join(' or ')}.` });
  return true;
}

/** By what a page is read; of other forms, what answers them knows. */
function methodsOfPage(form: Path): readonly string[] | undefined {
  switch (form) {
    case '/':
    case '/join':
    case '/errors':
    case '/errors/{rest}':
    case SECURITY_TXT_PATH:
      return ['GET', 'HEAD'];
    case '/health':
    case '/ready':
      // HAProxy's checks ask by OPTIONS, unless they are told otherwise.
      return ['GET', 'HEAD', 'OPTIONS'];
    default:
      return undefined;
  }
}
