import type { CarrierInbound } from '../carrier.ts';
import { idOf, textOf } from '../../outgoing/http/document.ts';
import { valueAt, type Pointer } from '../../outgoing/http/pointer.ts';

export interface InboundReader {
  /** Where the list of messages is, or the only one. */
  list: Pointer;
  from: Pointer;
  to: Pointer;
  text: Pointer;
  id: Pointer | undefined;
}

export type InboundFields = Pick<CarrierInbound, 'from' | 'to' | 'text' | 'id'>;

export interface ReadInbound {
  messages: InboundFields[];
  /** Entries without a sender, a number or a text. */
  unreadable: number;
}

// As much as 255 segments hold.
const MAX_TEXT_LENGTH = 39_015;

/** The messages from handsets in the body of a callback. */
export function readInbound(root: unknown, reader: InboundReader): ReadInbound {
  const found = valueAt(root, reader.list);
  const entries: unknown[] = Array.isArray(found) ? found : [found];
  const read: ReadInbound = { messages: [], unreadable: 0 };
  for (const entry of entries) {
    const from = idOf(valueAt(entry, reader.from));
    const to = idOf(valueAt(entry, reader.to));
    const text = textOf(valueAt(entry, reader.text));
    const id = reader.id && idOf(valueAt(entry, reader.id));
    if (from === undefined || to === undefined || text === undefined || text.length > MAX_TEXT_LENGTH)
      read.unreadable += 1;
    else read.messages.push({ from, to, text, ...(id !== undefined && { id }) });
  }
  return read;
}
