/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "mutation Cancel($input: CancelVerificationInput!) {\n  result: cancelVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      checksLeft\n      settledAt\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.CancelDocument,
    "mutation Check($input: CheckVerificationInput!) {\n  result: checkVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      checksLeft\n      settledAt\n    }\n    ... on InvalidCode {\n      field\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on WrongCode {\n      checksLeft\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": typeof types.CheckDocument,
    "mutation Start($input: StartVerificationInput!) {\n  result: startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      channel\n      status\n      checksLeft\n      sendsLeft\n      nextSendAt\n      createdAt\n      expiresAt\n      settledAt\n      clientToken\n      inboundCode\n      inboundNumber\n      sandboxCode\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on InvalidPhoneNumber {\n      field\n    }\n  }\n}": typeof types.StartDocument,
    "subscription Watch($verificationId: ID!, $after: String) {\n  event: verificationEvents(verificationId: $verificationId, after: $after) {\n    __typename\n    cursor\n    version\n    occurredAt\n    mode\n    verification {\n      id\n      status\n      failureReason\n      checksLeft\n      sendsLeft\n      nextSendAt\n      expiresAt\n      settledAt\n    }\n    ... on MessageQueued {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageSent {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageDelivered {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageUndelivered {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageFailed {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageExpired {\n      message {\n        ...WatchedMessage\n      }\n    }\n  }\n}\n\nfragment WatchedMessage on Message {\n  id\n  status\n  sender\n  segments\n}": typeof types.WatchDocument,
};
const documents: Documents = {
    "mutation Cancel($input: CancelVerificationInput!) {\n  result: cancelVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      checksLeft\n      settledAt\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.CancelDocument,
    "mutation Check($input: CheckVerificationInput!) {\n  result: checkVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      checksLeft\n      settledAt\n    }\n    ... on InvalidCode {\n      field\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on WrongCode {\n      checksLeft\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}": types.CheckDocument,
    "mutation Start($input: StartVerificationInput!) {\n  result: startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      channel\n      status\n      checksLeft\n      sendsLeft\n      nextSendAt\n      createdAt\n      expiresAt\n      settledAt\n      clientToken\n      inboundCode\n      inboundNumber\n      sandboxCode\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on InvalidPhoneNumber {\n      field\n    }\n  }\n}": types.StartDocument,
    "subscription Watch($verificationId: ID!, $after: String) {\n  event: verificationEvents(verificationId: $verificationId, after: $after) {\n    __typename\n    cursor\n    version\n    occurredAt\n    mode\n    verification {\n      id\n      status\n      failureReason\n      checksLeft\n      sendsLeft\n      nextSendAt\n      expiresAt\n      settledAt\n    }\n    ... on MessageQueued {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageSent {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageDelivered {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageUndelivered {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageFailed {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageExpired {\n      message {\n        ...WatchedMessage\n      }\n    }\n  }\n}\n\nfragment WatchedMessage on Message {\n  id\n  status\n  sender\n  segments\n}": types.WatchDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Cancel($input: CancelVerificationInput!) {\n  result: cancelVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      checksLeft\n      settledAt\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').CancelDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Check($input: CheckVerificationInput!) {\n  result: checkVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      status\n      checksLeft\n      settledAt\n    }\n    ... on InvalidCode {\n      field\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on WrongCode {\n      checksLeft\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n  }\n}"): typeof import('./graphql.ts').CheckDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Start($input: StartVerificationInput!) {\n  result: startVerification(input: $input) {\n    __typename\n    ... on Verification {\n      id\n      mode\n      to\n      channel\n      status\n      checksLeft\n      sendsLeft\n      nextSendAt\n      createdAt\n      expiresAt\n      settledAt\n      clientToken\n      inboundCode\n      inboundNumber\n      sandboxCode\n    }\n    ... on Error {\n      code\n      message\n      docUrl\n    }\n    ... on TooManySends {\n      nextSendAt\n    }\n    ... on InvalidInput {\n      field\n    }\n    ... on InvalidPhoneNumber {\n      field\n    }\n  }\n}"): typeof import('./graphql.ts').StartDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription Watch($verificationId: ID!, $after: String) {\n  event: verificationEvents(verificationId: $verificationId, after: $after) {\n    __typename\n    cursor\n    version\n    occurredAt\n    mode\n    verification {\n      id\n      status\n      failureReason\n      checksLeft\n      sendsLeft\n      nextSendAt\n      expiresAt\n      settledAt\n    }\n    ... on MessageQueued {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageSent {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageDelivered {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageUndelivered {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageFailed {\n      message {\n        ...WatchedMessage\n      }\n    }\n    ... on MessageExpired {\n      message {\n        ...WatchedMessage\n      }\n    }\n  }\n}\n\nfragment WatchedMessage on Message {\n  id\n  status\n  sender\n  segments\n}"): typeof import('./graphql.ts').WatchDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
