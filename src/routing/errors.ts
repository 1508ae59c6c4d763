import { DomainError } from '../errors.ts';

export class RouteNotFound extends DomainError {
  readonly code = 'route/not_found';
  constructor() {
    super('There is no such route in this account.');
  }
}
