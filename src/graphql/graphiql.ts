import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphiQLOptions } from 'graphql-yoga';
import { contentPolicy } from '../http/security-headers.ts';

const START = `# 1. Start a verification: its message goes out at once.
#    Then take the id over into "watch".
#    With a test key in the headers (otp_test_…) it is a test: it reaches no carrier, and sandboxCode is its code.
mutation start {
  startVerification(input: { to: "+385911234567" }) {
    __typename
    ... on Verification {
      id
      mode
      to
      status
      expiresAt
      sandboxCode
    }
    ... on Error {
      code
      message
    }
  }
}
`;

const WATCH = `# 2. Watch what has happened, then what happens, live.
#    The id goes into the variables below. Each event takes the place of the one before, and those that have happened
#    already pass in a moment; "npx otpost watch vrf_…" prints them all. A tab stops when it is left: to see an event
#    come, run this in a window of its own, and "check" in another one.
subscription watch($verificationId: ID!) {
  verificationEvents(verificationId: $verificationId) {
    __typename
    occurredAt
    verification {
      status
      checksLeft
    }
    ... on MessageSent {
      message {
        sender
        segments
        attempts {
          route {
            name
          }
          decision {
            route {
              name
            }
            score
          }
        }
      }
    }
    ... on MessageDelivered {
      message {
        deliveredAt
      }
    }
  }
}
`;

const CHECK = `# 3. Check the code that came to the handset.
#    Id and code go into the variables below.
mutation check($verificationId: ID!, $code: String!) {
  checkVerification(input: { verificationId: $verificationId, code: $code }) {
    __typename
    ... on Verification {
      status
      settledAt
    }
    ... on WrongCode {
      checksLeft
    }
    ... on Error {
      code
      message
    }
  }
}
`;

const LIST = `# 4. The latest verifications, and the way of each message.
query list {
  verifications(first: 10) {
    nodes {
      id
      mode
      to
      status
      messages(first: 5) {
        nodes {
          status
          sentAt
          deliveredAt
          attempts {
            status
            latencyMs
            carrier {
              name
            }
            error {
              code
              message
            }
          }
        }
      }
    }
  }
}
`;

const WATCHED = JSON.stringify({ verificationId: 'vrf_' }, null, 2);
const CHECKED = JSON.stringify({ verificationId: 'vrf_', code: '000000' }, null, 2);

/** With what the page takes and the type does not know. */
type PageOptions = GraphiQLOptions & { query: string; variables: string };

/** @param apiKey put into the headers of every tab, for a development server's demo account */
function graphiqlOptions(apiKey: string | undefined): PageOptions {
  const headers = JSON.stringify({ authorization: `Bearer ${apiKey ?? '<your API key>'}` }, null, 2);
  return {
    title: 'Otpost GraphiQL',
    // The tab that is open at a visit, also at a later one: without it that is an empty one.
    query: START,
    variables: '',
    defaultHeaders: headers,
    headers,
    defaultTabs: [
      { query: START, headers },
      { query: WATCH, headers, variables: WATCHED },
      { query: CHECK, headers, variables: CHECKED },
      { query: LIST, headers },
    ],
    defaultEditorToolsVisibility: 'variables',
    shouldPersistHeaders: false,
    subscriptionsProtocol: 'SSE',
    inputValueDeprecation: true,
    schemaDescription: true,
  };
}

export function asksForPage({ method, headers: { accept } }: IncomingMessage): boolean {
  return method === 'GET' && accept !== undefined && accept.includes('text/html');
}

/** Answers with the page and all that it needs inside: 9 MB that are read only when somebody opens it. */
export async function answerGraphiql(response: ServerResponse, apiKey: string | undefined): Promise<void> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const nonce = randomBytes(16).toString('base64');
  const page = renderGraphiQL(graphiqlOptions(apiKey)).replace('<script>', `<script nonce="${nonce}">`);
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': contentPolicy({
      'script-src': `'nonce-${nonce}'`,
      'worker-src': 'blob:',
      // Its editor makes style sheets as it goes.
      'style-src': "'unsafe-inline'",
      'img-src': 'data:',
      'font-src': 'data:',
      'connect-src': "'self'",
    }),
  });
  response.end(page);
}
