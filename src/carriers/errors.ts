import { DomainError } from '../errors.ts';

export class CarrierNotFound extends DomainError {
  readonly code = 'carrier/not_found';
  constructor() {
    super('There is no such carrier in this account.');
  }
}
