import type { Callback } from '../carriers/http/callback-auth.ts';
import { receiveReceipts, type Refused } from '../carriers/http/receive.ts';
import type { Receiver } from '../carriers/receivers.ts';
import { commitFacts, SETTLE_BATCH } from '../messages/settle.ts';
import type { App } from '../platform.ts';

/** Stores the receipts in a call. */
export async function takeReceipts(
  app: App,
  receiver: Receiver,
  callback: Callback,
): Promise<'taken' | Refused> {
  const receipts = receiveReceipts(app, receiver, receiver.receipts!, callback);
  if (typeof receipts === 'string') return receipts;
  const settler = app.batched(commitFacts, SETTLE_BATCH);
  const { accountId } = receiver;
  await Promise.all(receipts.map((receipt) => settler.add({ kind: 'receipt', ...receipt, accountId })));
  return 'taken';
}
