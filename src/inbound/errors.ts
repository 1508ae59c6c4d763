import { DomainError } from '../errors.ts';

export class InboundNumberNotFound extends DomainError {
  readonly code = 'inbound_number/not_found';
  constructor() {
    super('There is no such inbound number in this account.');
  }
}

export class InboundMessageNotFound extends DomainError {
  readonly code = 'inbound_message/not_found';
  constructor() {
    super('There is no such message from a handset in this account.');
  }
}
