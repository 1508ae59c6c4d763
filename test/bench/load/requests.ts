import { phoneNumber } from '../ground/numbers.ts';
import type { RequestForm } from './connection.ts';
import type { Requests } from './jobs.ts';

export interface RequestSource {
  form: RequestForm;
  /** The next body; undefined when there are no more. */
  next(): string | undefined;
  /** Of an answer that is what was asked for. */
  status: number;
  /** Whether its body is. */
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

const bearer = (apiKey: string) => `Bearer ${apiKey}`;

const GRAPHQL = {
  status: 200,
  form: {
    path: '/graphql',
    contentType: 'application/json',
    accept: 'application/graphql-response+json',
    authorization: bearer,
  },
};

export function requestSource(requests: Requests): RequestSource {
  switch (requests.kind) {
    case 'typename': {
      const body = JSON.stringify({ query: '{ __typename }' });
      return { ...GRAPHQL, next: () => body, accepts: (answer) => answer.includes('"__typename":"Query"') };
    }
    case 'start': {
      let number = requests.firstNumber;
      return {
        ...GRAPHQL,
        next: () => operation(START, { to: phoneNumber(number++) }),
        accepts: (answer) => answer.includes('"__typename":"Verification"'),
      };
    }
    case 'rest start': {
      let number = requests.firstNumber;
      return {
        status: 201,
        form: {
          path: '/v1/verifications',
          contentType: 'application/json',
          accept: 'application/json',
          authorization: bearer,
        },
        next: () => JSON.stringify({ to: phoneNumber(number++) }),
        accepts: (answer) => answer.includes('"status":"pending"'),
      };
    }
    case 'drop-in start': {
      let number = requests.firstNumber;
      const { accountSid, serviceSid } = requests;
      return {
        status: 201,
        form: {
          path: `/v2/Services/${serviceSid}/Verifications`,
          contentType: 'application/x-www-form-urlencoded',
          accept: 'application/json',
          authorization: (apiKey) => `Basic ${Buffer.from(`${accountSid}:${apiKey}`).toString('base64')}`,
        },
        next: () => `To=${encodeURIComponent(phoneNumber(number++))}&Channel=sms`,
        accepts: (answer) => answer.includes('"status":"pending"'),
      };
    }
    case 'check': {
      let position = 0;
      return {
        ...GRAPHQL,
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
        ...GRAPHQL,
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
