import type { Role } from '../accounts/roles.ts';
import { DomainError } from '../errors.ts';
import type { Credential } from './credential.ts';

/** Wrong e-mail address or password: which of them, is not said. */
export class SignInRefused extends DomainError {
  readonly code = 'sign_in/refused';
  constructor() {
    super('This e-mail address and password do not belong together. Check both; neither is said to exist.');
  }
}

/** Somebody who is in already gives the wrong password for what wants it once more. */
export class WrongPassword extends DomainError {
  readonly code = 'sign_in/wrong_password';
  constructor() {
    super('This is not your password. Nothing was changed.');
  }
}

/** Of an authenticator app, or a backup code: wrong, too old, or used before; which of them, is not said. */
export class WrongCode extends DomainError {
  readonly code = 'sign_in/wrong_code';
  constructor() {
    super('This code is wrong, too old, or was used already: each is good once. Take the next one.');
  }
}

/** Unknown, of a copy, for another page, without PIN or finger, or an answer to an old question; which, is not said. */
export class PasskeyRefused extends DomainError {
  readonly code = 'sign_in/passkey_refused';
  constructor() {
    super(
      'This passkey was not taken. Ask for a new question and answer it at once, on a page of this server.',
    );
  }
}

export class PasskeyNotFound extends DomainError {
  readonly code = 'passkey/not_found';
  constructor() {
    super('You have no such passkey.');
  }
}

/** The second step of a sign-in that has no first one, or no longer. */
export class StepOver extends DomainError {
  readonly code = 'sign_in/step_over';
  constructor() {
    super('This sign-in is over, or was never begun: give your e-mail address and password again.');
  }
}

/** Very many wrong codes in a row. */
export class SecondFactorLocked extends DomainError {
  readonly code = 'sign_in/second_factor_locked';
  constructor() {
    super(
      'There were too many wrong codes in a row, so none is taken for a day. Whoever gave them knows your password: set a new one.',
    );
  }
}

export class SecondFactorOn extends DomainError {
  readonly code = 'sign_in/second_factor_on';
  constructor() {
    super('Your authenticator app is set up already. To take another one, turn this one off first.');
  }
}

export class SecondFactorOff extends DomainError {
  readonly code = 'sign_in/second_factor_off';
  constructor() {
    super('You have set up no authenticator app.');
  }
}

/** What changes how somebody signs in wants them to have done so lately. */
export class SignInAgain extends DomainError {
  readonly code = 'sign_in/not_fresh';
  constructor() {
    super('You signed in too long ago for this: sign in again, then it works for 15 minutes.');
  }
}

/** A browser, on a page that is not ours. */
export class ForeignOrigin extends DomainError {
  readonly code = 'request/foreign_origin';
  constructor() {
    super('This comes from a page of another origin. It has to be in ALLOWED_ORIGINS to sign people in.');
  }
}

/** Too many wrong passwords or codes, from this browser or this address. */
export class TooManyAttempts extends DomainError {
  readonly code = 'sign_in/too_many_attempts';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super(`There were too many attempts. Try again in ${retryAfterSeconds} seconds.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Somebody without an account, or who asks for one that they are not in. */
export class AccountNotFound extends DomainError {
  readonly code = 'auth/no_account';
  constructor() {
    super(
      'You are not a member of this account, or of none. Leave the header Otpost-Account out, or ask for an invitation.',
    );
  }
}

/** What only somebody who has signed in can do. */
export class PersonNeeded extends DomainError {
  readonly code = 'auth/forbidden';
  constructor(field: string) {
    super(`${field} is about the person who asks: it needs somebody who has signed in, and no key or token.`);
  }
}

export class MemberNotFound extends DomainError {
  readonly code = 'member/not_found';
  constructor() {
    super('There is no such member in this account.');
  }
}

/** Somebody who would give, change or take a role that goes beyond what they have themselves. */
export class RoleAboveOwn extends DomainError {
  readonly code = 'member/above_own_role';
  readonly role: Role;
  constructor(role: Role) {
    super(`The role ${role} has permissions that you lack: only somebody who has them can give or take it.`);
    this.role = role;
  }
}

/** Without one nobody could answer for the account. */
export class LastOwner extends DomainError {
  readonly code = 'member/last_owner';
  constructor() {
    super('This is the last owner of the account. Make somebody else an owner first.');
  }
}

/** Somebody who goes, and could still get in with what they made: whoever takes them out says what becomes of it. */
export class CredentialsRemain extends DomainError {
  readonly code = 'member/credentials_remain';
  readonly credentials: readonly Credential[];
  constructor(credentials: readonly Credential[]) {
    super(
      `There are ${credentials.length} API keys or OAuth clients that this member made, or knows the secret of, and that still work. Say credentials: REVOKE to end them with the membership, or KEEP to let them go on.`,
    );
    this.credentials = credentials;
  }
}

/** An e-mail address that somebody has already. */
export class EmailTaken extends DomainError {
  readonly code = 'member/email_taken';
  constructor() {
    super('There is a person with this e-mail address already.');
  }
}

/** Unknown, used, revoked or over: which of them, is not said. */
export class InvitationNotFound extends DomainError {
  readonly code = 'invitation/not_found';
  constructor() {
    super(
      'There is no such invitation: it was used, revoked or replaced, or its week is over. Ask for another one.',
    );
  }
}

/** Somebody who has the link, but is not (known to be) whom it is for. */
export class SignInToAccept extends DomainError {
  readonly code = 'invitation/sign_in';
  constructor() {
    super(
      'This invitation is for somebody who can sign in already: sign in with its e-mail address, then accept it.',
    );
  }
}

export class AlreadyMember extends DomainError {
  readonly code = 'invitation/already_member';
  constructor() {
    super('Somebody with this e-mail address is in the account already. Change their role instead.');
  }
}

/** Of an account: too many that wait, or too many in an hour. */
export class TooManyInvitations extends DomainError {
  readonly code = 'invitation/too_many';
  readonly retryAfterSeconds: number | undefined;
  constructor(retryAfterSeconds: number | undefined) {
    super(
      retryAfterSeconds === undefined
        ? 'There are as many invitations as may wait at a time. Revoke those that nobody needs.'
        : `This account has invited as many as it may in an hour. Try again in ${retryAfterSeconds} s.`,
    );
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The link of a reset is not (or no longer) good. */
export class ResetNotFound extends DomainError {
  readonly code = 'sign_in/reset_not_found';
  constructor() {
    super('This link is not good (any more): it works once, for half an hour. Ask for another one.');
  }
}

export class SessionNotFound extends DomainError {
  readonly code = 'session/not_found';
  constructor() {
    super('You have no such session, or it is over.');
  }
}
