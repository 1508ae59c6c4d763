import type { Principal } from '../accounts/principal.ts';
import { TooManyConnections, type SeatOwner } from './errors.ts';

/** How many of something each name may have at a time. Counted in this process alone. */
export interface Seats {
  /** @returns how to give it back, which may be called more than once; undefined when all are taken */
  take(name: string): (() => void) | undefined;
}

export function createSeats(max: number): Seats {
  const taken = new Map<string, number>();
  return {
    take(name) {
      const before = taken.get(name) ?? 0;
      if (before >= max) return undefined;
      taken.set(name, before + 1);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        const left = taken.get(name)! - 1;
        if (left > 0) taken.set(name, left);
        else taken.delete(name);
      };
    },
  };
}

/** Sockets of one verification's client tokens at a time. */
const PER_CLIENT_TOKEN = 20;

/** The places of connections that stay open: WebSockets and event streams over HTTP share them. */
export interface ConnectionSeats {
  /** @param address undefined: of whom nobody knows it, all share one: they came past a proxy that is not as it is said to be */
  ofAddress(address: string | undefined): (() => void) | undefined;
  /** Of the account, or of the verification that a client token is for: whoever has one cannot keep the account's own out. */
  ofCaller(who: Principal): (() => void) | undefined;
  /**
   * For a stream over HTTP, which comes with its caller: both.
   * @returns how to give them back
   * @throws {TooManyConnections}
   */
  ofStream(who: Principal): () => void;
}

export function createConnectionSeats(max: { perAddress: number; perAccount: number }): ConnectionSeats {
  const addresses = createSeats(max.perAddress);
  const accounts = createSeats(max.perAccount);
  const clientTokens = createSeats(PER_CLIENT_TOKEN);
  const seats: ConnectionSeats = {
    ofAddress: (address) => addresses.take(address ?? ''),
    ofCaller: (who) =>
      who.kind === 'clientToken' ? clientTokens.take(who.verificationId) : accounts.take(who.accountId),
    ofStream(who) {
      const leaveAddress = seats.ofAddress(who.address);
      if (!leaveAddress) throw new TooManyConnections('address');
      const leaveCaller = seats.ofCaller(who);
      if (leaveCaller)
        return () => {
          leaveAddress();
          leaveCaller();
        };
      leaveAddress();
      throw new TooManyConnections(seatOwner(who));
    },
  };
  return seats;
}

export function seatOwner(who: Principal): SeatOwner {
  return who.kind === 'clientToken' ? 'client_token' : 'account';
}
