import { DomainError } from '../errors.ts';

export class InvalidCursor extends DomainError {
  readonly code = 'input/cursor';
  readonly field = 'after';
  constructor() {
    super(
      'No event of this stream has this cursor. Give back the `cursor` of an event as it came, or leave `after` out.',
    );
  }
}

export class StreamTooSlow extends DomainError {
  readonly code = 'stream/too_slow';
  constructor(waiting: number) {
    super(
      `${waiting} events were waiting to be read. Subscribe again behind the last one that you have seen.`,
    );
  }
}
