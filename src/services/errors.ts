import { DomainError } from '../errors.ts';

export class ServiceNotFound extends DomainError {
  readonly code = 'service/not_found';
  constructor() {
    super('There is no such service in this account.');
  }
}
