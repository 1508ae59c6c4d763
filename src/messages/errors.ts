import { DomainError } from '../errors.ts';

export class MessageNotFound extends DomainError {
  readonly code = 'message/not_found';
  constructor() {
    super('There is no such message in this account.');
  }
}
