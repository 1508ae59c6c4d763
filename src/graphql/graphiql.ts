import type { GraphiQLOptions } from 'graphql-yoga';

const START = `# 1. Start a verification. The message goes out at once: run this, then look at the other tabs.
mutation Start {
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

const WATCH = `# 2. Watch what happens to every verification of your account, live: run this before you start one.
subscription Watch {
  accountEvents {
    __typename
    occurredAt
    verification {
      id
      to
      status
      checksLeft
    }
    ... on MessageSent {
      message {
        sender
        segments
        attempts {
          route { name }
          carrier { name }
          decision {
            route { name }
            score
            reasons { factor value }
          }
        }
      }
    }
    ... on MessageDelivered {
      message { deliveredAt }
    }
  }
}
`;

const CHECK = `# 3. Check the code that came to the handset. Put in the id of your verification and the code.
mutation Check {
  checkVerification(input: { verificationId: "vrf_", code: "000000" }) {
    __typename
    ... on Verification {
      id
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

const LIST = `# 4. The latest verifications, with the way of each of their messages.
query List {
  verifications(first: 10) {
    nodes {
      id
      to
      status
      createdAt
      messages(first: 5) {
        nodes {
          status
          sentAt
          deliveredAt
          attempts {
            status
            route { name }
            carrier { name }
            error { code message }
            latencyMs
          }
        }
      }
    }
  }
}
`;

/** @param apiKey put into the headers of every tab, for a development server's demo account */
export function graphiqlOptions(apiKey: string | undefined): GraphiQLOptions {
  const headers = JSON.stringify({ authorization: `Bearer ${apiKey ?? '<your API key>'}` }, null, 2);
  return {
    title: 'Otpost GraphiQL',
    defaultHeaders: headers,
    headers,
    defaultTabs: [START, WATCH, CHECK, LIST].map((query) => ({ query, headers })),
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
