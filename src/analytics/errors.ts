import { DomainError } from '../errors.ts';

/** As many replays run as may at a time. Nothing was done. */
export class ReplayBusy extends DomainError {
  readonly code = 'replay/busy';
  constructor() {
    super('Another replay is still running. Ask again when it has answered: it takes seconds.');
  }
}
