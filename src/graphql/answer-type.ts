/** The media types of an answer that is no stream (GraphQL over HTTP). */
export type AnswerType = 'application/graphql-response+json' | 'application/json';

/**
 * The first of what `Accept` lists that an answer can be; weights do not count. Whoever takes anything gets JSON.
 * @returns undefined when none of it is one
 */
export function answerTypeFor(accept = '*/*'): AnswerType | undefined {
  for (const range of accept.split(',')) {
    const [name = '', ...parameters] = range.split(';');
    if (parameters.some(isOtherCharset)) continue;
    switch (name.trim().toLowerCase()) {
      case 'application/graphql-response+json':
        return 'application/graphql-response+json';
      case 'application/json':
      case 'application/*':
      case '*/*':
        return 'application/json';
      default:
    }
  }
  return undefined;
}

function isOtherCharset(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=');
  return name.trim().toLowerCase() === 'charset' && value.trim().toLowerCase() !== 'utf-8';
}
