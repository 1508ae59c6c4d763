/** The media types of an answer that is no stream (GraphQL over HTTP). */
export type AnswerType = 'application/graphql-response+json' | 'application/json';

/**
 * The first of what `Accept` lists that an answer can be; weights do not count. Whoever takes anything gets JSON.
 * @returns undefined when none of it is one
 */
export function answerTypeFor(accept: string | undefined): AnswerType | undefined {
  for (const name of namesIn(accept)) {
    switch (name) {
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

const STREAMS = ['text/event-stream', 'text/*', '*/*'];
const PARTS = ['multipart/mixed', 'multipart/*'];

/** Whether an answer without an end, as that of a subscription, can be what `Accept` lists. */
export function takesStream(accept: string | undefined): boolean {
  return namesIn(accept).some((name) => STREAMS.includes(name));
}

/** Whether any answer can. */
export function takesAnswer(accept: string | undefined): boolean {
  const takesParts = () => namesIn(accept).some((name) => PARTS.includes(name));
  return answerTypeFor(accept) !== undefined || takesStream(accept) || takesParts();
}

/** Of what comes in our charset. */
function namesIn(accept: string | undefined): string[] {
  return (accept || '*/*').split(',').flatMap((range) => {
    const [name = '', ...parameters] = range.split(';');
    return parameters.some(isOtherCharset) ? [] : [name.trim().toLowerCase()];
  });
}

function isOtherCharset(parameter: string): boolean {
  const [name = '', value = ''] = parameter.split('=');
  return name.trim().toLowerCase() === 'charset' && value.trim().toLowerCase() !== 'utf-8';
}
