import { phoneNumber } from '../ground/numbers.ts';
import type { Requests } from './jobs.ts';

export interface RequestSource {
  /** The next body; undefined when there are no more. */
  next(): string | undefined;
  /** Whether an answer is what was asked for. */
  accepts(body: string): boolean;
}

const START = `mutation Start($to: String!) {
  startVerification(input: { to: $to }) { __typename ... on Verification { id status nextSendAt expiresAt } }
}`;
const CHECK = `mutation Check($id: ID!, $code: String!) {
  checkVerification(input: { verificationId: $id, code: $code }) { __typename ... on Verification { id status } }
}`;
const STATUS = `query Status($id: ID!) {
  verification(id: $id) { id status checksLeft sendsLeft expiresAt settledAt }
}`;

export function requestSource(requests: Requests): RequestSource {
  switch (requests.kind) {
    case 'typename': {
      const body = JSON.stringify({ query: '{ __typename }' });
      return { next: () => body, accepts: (answer) => answer.includes('"__typename":"Query"') };
    }
    case 'start': {
      let number = requests.firstNumber;
      return {
        next: () => operation(START, { to: phoneNumber(number++) }),
        accepts: (answer) => answer.includes('"__typename":"Verification"'),
      };
    }
    case 'check': {
      let position = 0;
      return {
        next() {
          const known = requests.codes[position++];
          return known && operation(CHECK, { id: known.verificationId, code: known.code });
        },
        accepts: (answer) => answer.includes('"status":"APPROVED"'),
      };
    }
    case 'status': {
      let position = 0;
      const { verificationIds } = requests;
      return {
        next: () => operation(STATUS, { id: verificationIds[position++ % verificationIds.length]! }),
        accepts: (answer) => answer.includes('"status":"'),
      };
    }
    default:
      throw new Error(`unhandled requests: ${JSON.stringify(requests satisfies never)}`);
  }
}

function operation(query: string, variables: Record<string, string>): string {
  return JSON.stringify({ query, variables });
}
