export {
  createOtpost,
  type CallOptions,
  type CanceledVerification,
  type CheckedVerification,
  type Otpost,
  type OtpostOptions,
  type StartedVerification,
} from './client.ts';
export {
  CredentialError,
  InvalidInputError,
  OtpostError,
  RateLimitedError,
  TooManySendsError,
  UnreachableError,
  WrongCodeError,
} from './errors.ts';
export type {
  Channel,
  MessageStatus,
  Mode,
  StartVerificationInput,
  VerificationStatus,
} from './generated/graphql.ts';
export type { VerificationEvent, WatchOptions } from './watch.ts';
export { verifyWebhook, WebhookError, type VerifyOptions, type WebhookEvent } from './webhook.ts';
