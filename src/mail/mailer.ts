import { DomainError } from '../errors.ts';

export interface Mail {
  to: string;
  subject: string;
  /** Plain: what is in a link is read by people, and by nobody in between. */
  text: string;
}

/** The port to whatever carries e-mail. */
export interface Mailer extends AsyncDisposable {
  /** @throws {MailNotSent} when it was not taken */
  send(mail: Mail): Promise<void>;
}

/** The mail server is away, or does not take it. Why, is in the log. */
export class MailNotSent extends DomainError {
  readonly code = 'mail/not_sent';
  constructor() {
    super(
      'The mail server did not take the message. Try again; if that stays, look at SMTP_URL and the log.',
    );
  }
}

/** What needs e-mail where none is set up. */
export class NoMail extends DomainError {
  readonly code = 'mail/not_set_up';
  constructor() {
    super('This installation sends no e-mail: SMTP_URL is not set. Ask whoever runs it.');
  }
}
