import type { CarrierProfile } from './profile.ts';

/** One message's id as the response gives it and as the receipt does. */
export interface MessageIds {
  response: string;
  receipt: string;
}

/**
 * Makes message ids: counted up from the second of the start times a million, so that a simulator which
 * starts again does not repeat the ids that a database still knows.
 */
export function createMessageIds(clock: () => number): (form: CarrierProfile['ids']) => MessageIds {
  let last = Math.floor(clock() / 1_000) * 1_000_000;
  return (form) => {
    last += 1;
    switch (form) {
      case 'decimal':
        return { response: String(last), receipt: String(last) };
      case 'hexThenDecimal':
        return { response: last.toString(16).toUpperCase(), receipt: String(last) };
      case 'same':
        return { response: '1', receipt: '1' };
      default:
        throw new Error(`unhandled id form: ${form satisfies never}`);
    }
  };
}
