import { DomainError } from '../errors.ts';

/** Whose places are all taken. */
export type SeatOwner = 'address' | 'account' | 'client_token';

/** As many connections stay open as may, of one address, account or client token. Nothing was done. */
export class TooManyConnections extends DomainError {
  readonly code = 'socket/too_many';
  readonly whose: SeatOwner;
  constructor(whose: SeatOwner) {
    super(
      `This process holds as many sockets and event streams of this ${whose.replace('_', ' ')} as it may. Close one, or come again after a while.`,
    );
    this.whose = whose;
  }
}

/** Too much in too short a time. Nothing was done. */
export class RateLimited extends DomainError {
  readonly code = 'request/rate_limited';
  /** Whole seconds, at least one. */
  readonly retryAfterSeconds: number;
  constructor(what: string, retryMs: number) {
    const seconds = Math.max(1, Math.ceil(retryMs / 1000));
    super(`${what} has asked for as much as it may for now. Try again in ${seconds} s.`);
    this.retryAfterSeconds = seconds;
  }
}
