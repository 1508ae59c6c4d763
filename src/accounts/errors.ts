import { DomainError } from '../errors.ts';

export class CredentialMissing extends DomainError {
  readonly code = 'auth/missing';
  constructor() {
    super(
      'This needs a credential: send the header "Authorization: Bearer <API key>", or `authorization` in connection_init.',
    );
  }
}

/** Says the same for unknown, revoked, expired and malformed credentials: a stranger learns nothing. */
export class CredentialInvalid extends DomainError {
  readonly code = 'auth/invalid';
  constructor() {
    super('This credential is not valid (any more).');
  }
}

export class Forbidden extends DomainError {
  readonly code = 'auth/forbidden';
  constructor() {
    super('This credential may not do that. A client token may only watch its own verification.');
  }
}
