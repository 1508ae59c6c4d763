import { LRUCache } from 'lru-cache';
import { holderOf } from '../outgoing/address.ts';
import type { App } from '../platform.ts';
import { OAuthRefused } from './errors.ts';

/** Bounds how often clients may fail to prove who they are. In this process: each counts for itself. */
export interface FailureLimit {
  /**
   * Begins a try, before anything is looked up.
   * @throws {OAuthRefused} when too many were wrong
   */
  begin(clientId: string, address: string | undefined): Try;
}

export interface Try extends Disposable {
  right(): void;
  wrong(): void;
}

/** Wrong proofs of one client from one address, and of all clients from it, in a minute. */
export const FAILURES_PER_CLIENT = 10;
export const FAILURES_PER_ADDRESS = 100;
/** What may be looked at at the same time: many workers of one client begin together. */
const TRIES_AT_ONCE = 50;
const WINDOW_MS = 60_000;
/** A client that was right from an address is not kept out of it by what others there do: behind a proxy it is one. */
const TRUSTED_MS = 3_600_000;
const MAX_KEPT = 20_000;

interface Window {
  failures: number;
  underWay: number;
  until: number;
}

export function createFailureLimit(app: App): FailureLimit {
  const windows = new LRUCache<string, Window>({ max: MAX_KEPT });
  const trusted = new LRUCache<string, number>({ max: MAX_KEPT });

  function windowOf(name: string, now: number): Window {
    const known = windows.get(name);
    if (known && known.until > now) return known;
    const fresh = { failures: 0, underWay: 0, until: now + WINDOW_MS };
    windows.set(name, fresh);
    return fresh;
  }

  return {
    begin(clientId, address) {
      const now = app.clock();
      const holder = address === undefined ? '' : holderOf(address);
      // Of made-up names as much as a real one has is enough to tell them apart.
      const name = `${holder} ${clientId.slice(0, 40)}`;
      const ofAddress = windowOf(holder, now);
      const isTrusted = (trusted.get(name) ?? 0) > now;
      if (!isTrusted && ofAddress.failures >= FAILURES_PER_ADDRESS) throw tooMany(ofAddress, now);
      const ofClient = windowOf(name, now);
      if (ofClient.failures >= FAILURES_PER_CLIENT || ofClient.underWay >= TRIES_AT_ONCE)
        throw tooMany(ofClient, now);
      ofClient.underWay++;
      return {
        right: () => void trusted.set(name, app.clock() + TRUSTED_MS),
        wrong() {
          ofAddress.failures++;
          ofClient.failures++;
        },
        [Symbol.dispose]: () => void ofClient.underWay--,
      };
    },
  };
}

function tooMany({ until }: Window, now: number): OAuthRefused {
  const seconds = Math.ceil((until - now) / 1_000);
  return new OAuthRefused(
    'temporarily_unavailable',
    `There were too many wrong proofs. Try again in ${seconds} s.`,
    seconds,
  );
}
