import { DomainError } from '../errors.ts';

export class OAuthClientNotFound extends DomainError {
  readonly code = 'oauth_client/not_found';
  constructor() {
    super('There is no such OAuth client in this account, or it was revoked.');
  }
}

/** What the endpoints of OAuth refuse with, and the status of each (RFC 6749 §5.2, RFC 6750 §3.1, RFC 8707). */
export const OAUTH_ERRORS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  invalid_target: 400,
  temporarily_unavailable: 429,
} as const;

export type OAuthErrorCode = keyof typeof OAUTH_ERRORS;

/** A request to an endpoint of OAuth that is not granted. */
export class OAuthRefused extends Error {
  readonly error: OAuthErrorCode;
  /** When it makes sense to ask again. Seconds. */
  readonly retryAfter: number | undefined;
  /** @param description for a person; of ASCII without quotes and backslashes (RFC 6749 §5.2) */
  constructor(error: OAuthErrorCode, description: string, retryAfter?: number) {
    super(description);
    this.error = error;
    this.retryAfter = retryAfter;
  }
}

/** A client whose proof is no good. Why, is said as far as the proof itself shows it, or to whoever has the right one. */
export class InvalidClient extends OAuthRefused {
  constructor(description = 'There is no such client, or this does not prove that it is you.') {
    super('invalid_client', description);
  }
}
