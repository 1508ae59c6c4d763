import { DomainError } from '../errors.ts';
import { refusalText, type RefusedSender } from './usable.ts';
import type { SenderProblemCode } from './verdict.ts';

export class SenderNotFound extends DomainError {
  readonly code = 'sender/not_found';
  constructor() {
    super('There is no such sender in this account.');
  }
}

/** No route can carry a message to the country, for no sender of the service is let in. */
export class SenderNotAllowed extends DomainError {
  readonly code: SenderProblemCode;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** The sender, or the pool when it has none. */
  readonly sender: string;
  /** The `code` of the register, when it is one that is missing. */
  readonly register: string | null;
  constructor(country: string, refused: RefusedSender) {
    super(
      `No route can carry a message to ${country}. ${sentence(refusalText(refused))} ${remedy(refused)} Nothing was sent.`,
    );
    this.code = refused.code;
    this.country = country;
    this.sender = refused.sender;
    this.register = refused.register ?? null;
  }
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

/** Of a carrier that replaces or registers senders itself. */
const OR_UNCHECKED = 'where a carrier sees to senders itself, set its `senderRules` to `OFF`.';

function remedy({ code, register }: RefusedSender): string {
  if (register !== undefined)
    return `Register it there and tell us with \`addSenderRegistration\` (register \`${register}\`), or give the service another sender; ${OR_UNCHECKED}`;
  if (code === 'sender/pool_empty')
    return 'Add one with `addSender`, or name another sender in its settings.';
  if (code === 'sender/not_usable')
    return 'Change that with `updateSender`, or give the service another sender.';
  return `Give the service, or its routes there, a sender that the country takes; ${OR_UNCHECKED}`;
}
