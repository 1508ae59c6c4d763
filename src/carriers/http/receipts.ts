import type { CarrierError, CarrierReceipt } from '../carrier.ts';
import { idOf, wordsOf } from '../../outgoing/http/document.ts';
import { valueAt, type Pointer } from '../../outgoing/http/pointer.ts';
import { errorWord, withoutNumbers } from './redact.ts';

export interface ReceiptReader {
  /** Where the list of receipts is, or the only one. */
  list: Pointer;
  messageId: Pointer;
  state: Pointer;
  states: ReadonlyMap<string, CarrierReceipt['state']>;
  errorCode: Pointer | undefined;
  to: Pointer | undefined;
}

export interface ReceiptPart extends Pick<CarrierReceipt, 'state' | 'error'> {
  /** As the carrier writes it. */
  id: string;
  /** The number of the message, where the receipt says it. */
  to?: string;
}

export interface ReadReceipts {
  receipts: ReceiptPart[];
  /** States that the configuration does not know: no news for us, but perhaps for its author. */
  unknownStates: string[];
  /** Entries without an id or a state. */
  unreadable: number;
}

/** The receipts in the body of a callback. */
export function readReceipts(root: unknown, reader: ReceiptReader): ReadReceipts {
  const found = valueAt(root, reader.list);
  const entries: unknown[] = Array.isArray(found) ? found : [found];
  const read: ReadReceipts = { receipts: [], unknownStates: [], unreadable: 0 };
  for (const entry of entries) {
    const id = idOf(valueAt(entry, reader.messageId));
    const stateText = wordsOf(valueAt(entry, reader.state), 60);
    if (id === undefined || stateText === undefined) {
      read.unreadable += 1;
      continue;
    }
    const state = reader.states.get(stateText);
    if (state === undefined) read.unknownStates.push(withoutNumbers(stateText));
    else {
      const error = state === 'undelivered' ? errorOf(entry, stateText, reader) : undefined;
      const to = reader.to && idOf(valueAt(entry, reader.to));
      read.receipts.push({ id, state, ...(to !== undefined && { to }), ...(error && { error }) });
    }
  }
  return read;
}

function errorOf(entry: unknown, stateText: string, { errorCode }: ReceiptReader): CarrierError {
  const code = errorCode && wordsOf(valueAt(entry, errorCode), 40);
  // The state is a word of the configuration's own table; the rest of what a carrier writes stays out.
  return {
    code: errorWord(code) ?? stateText,
    message: `the carrier reports ${stateText}`,
  };
}
