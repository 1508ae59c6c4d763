import type { Callback } from '../carriers/http/callback-auth.ts';
import { receiveMessages, type Refused } from '../carriers/http/receive.ts';
import type { Receiver } from '../carriers/receivers.ts';
import { receiveInbound } from '../inbound/receive.ts';
import type { App } from '../platform.ts';

/** Stores the messages from handsets in a call. */
export async function takeInbound(
  app: App,
  receiver: Receiver,
  callback: Callback,
): Promise<'taken' | Refused> {
  const messages = receiveMessages(app, receiver, receiver.inbound!, callback);
  if (typeof messages === 'string') return messages;
  await Promise.all(messages.map((message) => receiveInbound(app, receiver.accountId, message)));
  return 'taken';
}
