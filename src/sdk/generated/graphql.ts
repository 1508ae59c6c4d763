/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Which verification to call off. */
export type CancelVerificationInput = {
  /** Which verification. */
  verificationId: string | number;
};

/** How a code travels. */
export type Channel =
  /** As a text message from the destination: it sends `inboundCode` to `inboundNumber`. We send nothing. */
  | 'INBOUND_SMS'
  /** As a text message to the destination. */
  | 'SMS';

/** A code as it was typed. */
export type CheckVerificationInput = {
  /** The IP address of whoever typed it, if your server knows it: guessing from one address is noticed by it (`abuseAlarms`). It is not kept, unless that happens. */
  clientAddress?: string | null | undefined;
  /** Spaces, dashes and digits of any script are understood. */
  code: string;
  /** Which verification. */
  verificationId: string | number;
};

/** Why a verification failed. */
export type FailureReason =
  /** It was blocked, or the owner of the number wants no more messages. */
  | 'BLOCKED'
  /** The account has no route that may carry a message to the number: none serves it, or its sender, price or region forbids. `Message.failureReason` says which. Another number will not help. */
  | 'NO_ROUTE'
  /** No carrier can reach the number, or none is tried: it is a fixed line. */
  | 'UNDELIVERABLE';

/** Where a message stands. */
export type MessageStatus =
  /** The handset has it. */
  | 'DELIVERED'
  /** Its verification ended before it was sent. */
  | 'EXPIRED'
  /** No carrier took it. */
  | 'FAILED'
  /** Waits for a carrier to take it. */
  | 'QUEUED'
  /** A carrier took it; its receipt is awaited. */
  | 'SENT'
  /** It was sent, and did not arrive. */
  | 'UNDELIVERED';

/** Whether something is for real. A key sees what is of its own mode, and nothing of the other one. */
export type Mode =
  /** For real: messages go over carriers. */
  | 'LIVE'
  /** A test: messages go to the sandbox, and reach no carrier. Nothing of it counts anywhere. */
  | 'TEST';

/** Whom to send a code, and how. */
export type StartVerificationInput = {
  /** How the code travels. */
  channel?: Channel | null | undefined;
  /** Only this app may use the `clientToken`, e.g. `com.example.app`: it says so in the header `Otpost-App`, or as `app` in `connection_init`, and sends no `Origin`. An id is a label, not a proof. */
  clientApp?: string | null | undefined;
  /** Only pages of this origin may use the `clientToken`, e.g. `https://shop.example`: their browser must say so. */
  clientOrigin?: string | null | undefined;
  /** A repeated start with the same key returns the first answer and sends nothing. 1 to 255 characters. */
  idempotencyKey?: string | null | undefined;
  /** Language of the message, BCP 47; the service's default when absent. */
  locale?: string | null | undefined;
  /** Whose rules to follow; the account's default service when absent. */
  serviceId?: string | number | null | undefined;
  /** A phone number as a person types it; without a country code the service's default country counts. */
  to: string;
};

/** Where a verification stands. All but `PENDING` are final. */
export type VerificationStatus =
  /** The code came back: the destination is proven. */
  | 'APPROVED'
  /** Called off. */
  | 'CANCELED'
  /** The code did not come in time. */
  | 'EXPIRED'
  /** No carrier can reach the number, no route may carry a message to it, or it was blocked. */
  | 'FAILED'
  /** Too many wrong codes. */
  | 'MAX_CHECKS_REACHED'
  /** Waits for its code. */
  | 'PENDING';

export type CancelMutationVariables = Exact<{
  input: CancelVerificationInput;
}>;


export type CancelMutation = { result:
    | { __typename: 'Verification', id: string, mode: Mode, status: VerificationStatus, checksLeft: number, settledAt: string | null }
    | { __typename: 'VerificationNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationSettled', code: string, message: string, docUrl: string }
   };

export type CheckMutationVariables = Exact<{
  input: CheckVerificationInput;
}>;


export type CheckMutation = { result:
    | { __typename: 'DestinationLocked', code: string, message: string, docUrl: string }
    | { __typename: 'InvalidCode', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', field: string, code: string, message: string, docUrl: string }
    | { __typename: 'TooManyChecks', code: string, message: string, docUrl: string }
    | { __typename: 'Verification', id: string, mode: Mode, status: VerificationStatus, checksLeft: number, settledAt: string | null }
    | { __typename: 'VerificationAlreadyUsed', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationCanceled', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationExpired', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationFailed', code: string, message: string, docUrl: string }
    | { __typename: 'VerificationNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'WrongCode', checksLeft: number, code: string, message: string, docUrl: string }
   };

export type StartMutationVariables = Exact<{
  input: StartVerificationInput;
}>;


export type StartMutation = { result:
    | { __typename: 'CountryNotAllowed', code: string, message: string, docUrl: string }
    | { __typename: 'DestinationLocked', code: string, message: string, docUrl: string }
    | { __typename: 'DestinationOptedOut', code: string, message: string, docUrl: string }
    | { __typename: 'IdempotencyConflict', code: string, message: string, docUrl: string }
    | { __typename: 'InvalidInput', code: string, message: string, docUrl: string, field: string }
    | { __typename: 'InvalidPhoneNumber', code: string, message: string, docUrl: string, field: string }
    | { __typename: 'SenderNotAllowed', code: string, message: string, docUrl: string }
    | { __typename: 'ServiceNotFound', code: string, message: string, docUrl: string }
    | { __typename: 'TooManySends', code: string, message: string, docUrl: string, nextSendAt: string | null }
    | { __typename: 'Verification', id: string, mode: Mode, to: string, channel: Channel, status: VerificationStatus, checksLeft: number, sendsLeft: number, nextSendAt: string | null, createdAt: string, expiresAt: string, settledAt: string | null, clientToken: string | null, inboundCode: string | null, inboundNumber: string | null, sandboxCode: string | null }
   };

export type WatchSubscriptionVariables = Exact<{
  verificationId: string | number;
  after?: string | null | undefined;
}>;


export type WatchSubscription = { event:
    | { __typename: 'ChannelChanged', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'CodeRejected', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'MessageDelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'MessageExpired', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'MessageFailed', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'MessageQueued', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'MessageSent', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'MessageUndelivered', cursor: string, version: number, occurredAt: string, mode: Mode, message: { id: string, status: MessageStatus, sender: string | null, segments: number | null }, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'VerificationApproved', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'VerificationCanceled', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'VerificationExpired', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'VerificationFailed', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
    | { __typename: 'VerificationStarted', cursor: string, version: number, occurredAt: string, mode: Mode, verification: { id: string, status: VerificationStatus, failureReason: FailureReason | null, checksLeft: number, sendsLeft: number, nextSendAt: string | null, expiresAt: string, settledAt: string | null } }
   };

export type WatchedMessageFragment = { id: string, status: MessageStatus, sender: string | null, segments: number | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const WatchedMessageFragmentDoc = new TypedDocumentString(`
    fragment WatchedMessage on Message {
  id
  status
  sender
  segments
}
    `, {"fragmentName":"WatchedMessage"}) as unknown as TypedDocumentString<WatchedMessageFragment, unknown>;
export const CancelDocument = new TypedDocumentString(`
    mutation Cancel($input: CancelVerificationInput!) {
  result: cancelVerification(input: $input) {
    __typename
    ... on Verification {
      id
      mode
      status
      checksLeft
      settledAt
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    `) as unknown as TypedDocumentString<CancelMutation, CancelMutationVariables>;
export const CheckDocument = new TypedDocumentString(`
    mutation Check($input: CheckVerificationInput!) {
  result: checkVerification(input: $input) {
    __typename
    ... on Verification {
      id
      mode
      status
      checksLeft
      settledAt
    }
    ... on InvalidCode {
      field
    }
    ... on InvalidInput {
      field
    }
    ... on WrongCode {
      checksLeft
    }
    ... on Error {
      code
      message
      docUrl
    }
  }
}
    `) as unknown as TypedDocumentString<CheckMutation, CheckMutationVariables>;
export const StartDocument = new TypedDocumentString(`
    mutation Start($input: StartVerificationInput!) {
  result: startVerification(input: $input) {
    __typename
    ... on Verification {
      id
      mode
      to
      channel
      status
      checksLeft
      sendsLeft
      nextSendAt
      createdAt
      expiresAt
      settledAt
      clientToken
      inboundCode
      inboundNumber
      sandboxCode
    }
    ... on Error {
      code
      message
      docUrl
    }
    ... on TooManySends {
      nextSendAt
    }
    ... on InvalidInput {
      field
    }
    ... on InvalidPhoneNumber {
      field
    }
  }
}
    `) as unknown as TypedDocumentString<StartMutation, StartMutationVariables>;
export const WatchDocument = new TypedDocumentString(`
    subscription Watch($verificationId: ID!, $after: String) {
  event: verificationEvents(verificationId: $verificationId, after: $after) {
    __typename
    cursor
    version
    occurredAt
    mode
    verification {
      id
      status
      failureReason
      checksLeft
      sendsLeft
      nextSendAt
      expiresAt
      settledAt
    }
    ... on MessageQueued {
      message {
        ...WatchedMessage
      }
    }
    ... on MessageSent {
      message {
        ...WatchedMessage
      }
    }
    ... on MessageDelivered {
      message {
        ...WatchedMessage
      }
    }
    ... on MessageUndelivered {
      message {
        ...WatchedMessage
      }
    }
    ... on MessageFailed {
      message {
        ...WatchedMessage
      }
    }
    ... on MessageExpired {
      message {
        ...WatchedMessage
      }
    }
  }
}
    fragment WatchedMessage on Message {
  id
  status
  sender
  segments
}`) as unknown as TypedDocumentString<WatchSubscription, WatchSubscriptionVariables>;