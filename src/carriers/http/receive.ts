import type { App } from '../../platform.ts';
import type { CarrierReceipt } from '../carrier.ts';
import { isAuthentic, type Callback } from './callback-auth.ts';
import { readDocument } from '../../outgoing/http/document.ts';
import type { Receiver } from './receivers.ts';
import { readReceipts } from './receipts.ts';

/** Why a callback was not taken. */
export type Refused = 'notAuthentic' | 'unreadable';

/**
 * Reads the receipts in a callback, once it has proved whose it is. Entries that say nothing are left
 * out as long as another one says something: a carrier would send the whole call again for ever.
 */
export function receiveCallback(
  app: App,
  receiver: Receiver,
  callback: Callback,
): CarrierReceipt[] | Refused {
  const { carrierId, auth, secrets, format, reader } = receiver;
  if (!isAuthentic(auth, callback, secrets)) return 'notAuthentic';
  const document =
    format === 'query'
      ? { root: Object.fromEntries(callback.query) }
      : readDocument(callback.body.toString('utf8'), format);
  if (!document) return 'unreadable';
  const { receipts, unknownStates, unreadable } = readReceipts(document.root, reader);
  if (unknownStates.length > 0)
    app.log.warn(
      { carrierId, states: [...new Set(unknownStates)] },
      'receipts with states that are not in the configuration',
    );
  if (unreadable > 0) app.log.warn({ carrierId, count: unreadable }, 'receipts without an id or a state');
  if (unreadable > 0 && receipts.length + unknownStates.length === 0) return 'unreadable';
  const receivedAt = new Date(app.clock());
  return receipts.map((receipt) => ({ carrierId, ...receipt, receivedAt }));
}
