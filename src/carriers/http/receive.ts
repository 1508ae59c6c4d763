import type { App } from '../../platform.ts';
import type { CarrierInbound, CarrierReceipt } from '../carrier.ts';
import type { Secrets } from '../../outgoing/secrets.ts';
import { isAuthentic, type Callback } from './callback-auth.ts';
import { fieldsOf } from '../../http/fields.ts';
import { readDocument } from '../../outgoing/http/document.ts';
import { readInbound, type InboundReader } from './inbound-fields.ts';
import type { Receiver } from '../receivers.ts';
import type { Door } from './doors.ts';
import { readReceipts, type ReceiptReader } from './receipts.ts';

/** Why a callback was not taken. */
export type Refused = 'notAuthentic' | 'unreadable';

/**
 * Reads the receipts in a callback, once it has proved whose it is. Entries that say nothing are left
 * out as long as another one says something: a carrier would send the whole call again for ever.
 */
export function receiveReceipts(
  app: App,
  { carrierId, secrets, names }: Receiver,
  door: Door<ReceiptReader>,
  callback: Callback,
): CarrierReceipt[] | Refused {
  const document = openCallback(door, secrets, callback);
  if (typeof document === 'string') return document;
  const { receipts, unknownStates, unreadable } = readReceipts(document.root, door.reader);
  if (unknownStates.length > 0)
    app.log.warn(
      { carrierId, states: [...new Set(unknownStates)] },
      'receipts with states that are not in the configuration',
    );
  if (unreadable > 0) app.log.warn({ carrierId, count: unreadable }, 'receipts without an id or a state');
  if (unreadable > 0 && receipts.length + unknownStates.length === 0) return 'unreadable';
  const receivedAt = new Date(app.clock());
  const named = receipts.map(({ id, to = '', ...said }) => ({
    ...{ carrierId, receivedAt, ...said },
    carrierMessageId: names.reported(id, to),
  }));
  if (named.some(({ carrierMessageId }) => carrierMessageId.endsWith('#')))
    app.log.warn({ carrierId }, 'receipts name neither one message nor a number, and match nothing');
  return named;
}

/** Reads the messages from handsets in a callback, in the same way. */
export function receiveMessages(
  app: App,
  { carrierId, secrets }: Receiver,
  door: Door<InboundReader>,
  callback: Callback,
): CarrierInbound[] | Refused {
  const document = openCallback(door, secrets, callback);
  if (typeof document === 'string') return document;
  const { messages, unreadable } = readInbound(document.root, door.reader);
  if (unreadable > 0)
    app.log.warn({ carrierId, count: unreadable }, 'messages without a sender, a number or a text');
  if (unreadable > 0 && messages.length === 0) return 'unreadable';
  const receivedAt = new Date(app.clock());
  return messages.map((message) => ({ carrierId, ...message, receivedAt }));
}

function openCallback(
  { auth, format }: Door<unknown>,
  secrets: Secrets,
  callback: Callback,
): { root: unknown } | Refused {
  if (!isAuthentic(auth, callback, secrets)) return 'notAuthentic';
  if (format === 'query') return { root: fieldsOf(callback.query) };
  const text = callback.body.toString('utf8');
  // Not as an answer is read: whoever calls us may have had something put before what is theirs.
  if (format === 'form') return { root: fieldsOf(new URLSearchParams(text.trim())) };
  return readDocument(text, format) ?? 'unreadable';
}
