import type { GraphiQLOptions } from 'graphql-yoga';

const START = `# 1. Start a verification: its message goes out at once.
#    Then take the id over into "watch".
mutation start {
  startVerification(input: { to: "+385911234567" }) {
    __typename
    ... on Verification {
      id
      to
      status
      expiresAt
    }
    ... on Error {
      code
      message
    }
  }
}
`;

const WATCH = `# 2. Watch what has happened, then what happens, live.
#    The id goes into the variables below.
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

/** @param apiKey put into the headers of every tab, for a development server's demo account */
export function graphiqlOptions(apiKey: string | undefined): GraphiQLOptions {
  const headers = JSON.stringify({ authorization: `Bearer ${apiKey ?? '<your API key>'}` }, null, 2);
  return {
    title: 'Otpost GraphiQL',
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

/** The page with all that it needs inside: 9 MB that are read only when somebody opens it. */
export async function renderGraphiql(options: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options);
}
