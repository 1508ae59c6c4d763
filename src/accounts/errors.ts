import { DomainError } from '../errors.ts';
import type { Permission } from './permissions.ts';

export class CredentialMissing extends DomainError {
  readonly code = 'auth/missing';
  constructor() {
    super(
      'This needs a credential: send the header "Authorization: Bearer <API key>", or `authorization` in connection_init.',
    );
  }
}

/** What of a credential is wrong, as far as it may be said. */
export type CredentialFault = 'malformed' | 'expired' | 'wrong_audience' | 'wrong_client' | 'unknown';

const FAULTS: Record<CredentialFault, string> = {
  malformed:
    'This is no whole API key, access token, session or client token. Copy it again, from its first to its last character.',
  expired: 'This credential is over. Take a new one, or the new secret of a key that was rotated.',
  wrong_audience:
    'This token was made by somebody else, or for somebody else: its "iss" and "aud" are not those of this API.',
  wrong_client:
    'This client token is for the pages of another origin, or for another app: its start said so (clientOrigin, clientApp).',
  unknown: 'This credential is not valid (any more), or not from where it was used.',
};

/**
 * Helps the honest and no stranger: that a key is malformed, and whom a token is for, shows in the text itself,
 * and that it is over, or for another frontend, is told to whoever has its secret. What was revoked, never was, or may not be used from this address
 * is `unknown`: whoever found one does not learn which.
 */
export class CredentialInvalid extends DomainError {
  readonly code = 'auth/invalid';
  readonly reason: CredentialFault;
  constructor(reason: CredentialFault = 'unknown') {
    super(FAULTS[reason]);
    this.reason = reason;
  }
}

export class Forbidden extends DomainError {
  readonly code = 'auth/forbidden';
  constructor() {
    super('This credential may not do that. A client token may only watch its own verification.');
  }
}

/** A page that may not call with the credential of this account, however good that is. */
export class OriginNotAllowed extends DomainError {
  readonly code = 'auth/origin_not_allowed';
  constructor() {
    super(
      'Pages of this origin may not call with a credential of this account. Add it with setAllowedOrigins, or call from a server.',
    );
  }
}

/** A key, an access token or a person that asks for more than they were given. */
export class MissingPermission extends DomainError {
  readonly code = 'auth/forbidden';
  readonly permission: Permission;
  constructor(permission: Permission, what: string) {
    super(`This credential lacks the permission ${permission}, which ${what} needs.`);
    this.permission = permission;
  }
}

/** A test key that asks for what is about live traffic. */
export class ClosedToTestKey extends DomainError {
  readonly code = 'auth/forbidden';
  constructor(what: string) {
    super(
      `A test key may not ask for ${what}: it starts and follows tests, and reads how the account is set up. Use a live key.`,
    );
  }
}

export class ApiKeyNotFound extends DomainError {
  readonly code = 'key/not_found';
  constructor() {
    super('There is no such API key in this account, or it was revoked.');
  }
}

/** Somebody who would give, or get, more than they have. */
export class BeyondOwnRights extends DomainError {
  readonly code = 'key/beyond_own_rights';
  readonly field: 'permissions' | 'networks' | 'expiresAt';
  constructor(field: BeyondOwnRights['field']) {
    super(
      `Nobody can give more than they have: by its ${field} this would go beyond, or goes beyond, the key that asks.`,
    );
    this.field = field;
  }
}

/** A person who looks at more numbers than anybody helps people in an hour. */
export class TooManyReveals extends DomainError {
  readonly code = 'number/too_many_reveals';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super(`You have seen as many numbers as you may in an hour. Try again in ${retryAfterSeconds} s.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Somebody who sees numbers masked, and asks about more full ones than anybody helps people in an hour. */
export class TooManySearches extends DomainError {
  readonly code = 'number/too_many_searches';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super(
      `You have asked about as many phone numbers as you may for now. Try again in ${retryAfterSeconds} s. A server that needs more is given a key with the permission numbers:reveal.`,
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Without it nobody could make another key over the API. */
export class LastManagingKey extends DomainError {
  readonly code = 'key/last_manager';
  constructor() {
    super(
      'This is the last key with keys:manage: without it nobody could make another one. Make that one first.',
    );
  }
}

/** Accounts of an installation that says where it is are there, too. */
export class AccountOutsideRegion extends DomainError {
  readonly code = 'account/outside_region';
  readonly field = 'residency';
  constructor(region: string) {
    super(
      `This installation is in ${region}, and so are its accounts. Another region is another installation.`,
    );
  }
}

/** Somebody who has signed in by a password alone, where that is not enough. */
export class SecondFactorNeeded extends DomainError {
  readonly code = 'auth/second_factor_needed';
  constructor() {
    super(
      'This needs a second factor. Set up an authenticator app or a passkey, or sign in with the one that you have.',
    );
  }
}
