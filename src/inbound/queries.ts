import type { Principal } from '../accounts/principal.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { InboundMessageId } from '../ids.ts';
import type { App } from '../platform.ts';
import { openFrom, openText, type SealedMessage } from './store.ts';
import type { InboundMessageRow } from './table.ts';

/** Who sent it: E.164 with `+`, or a name or short code as the carrier wrote it. */
export function senderOf(app: App, row: SealedMessage): string | Promise<string> {
  return withKeys(app.keys, () => openFrom(app.keys, row));
}

/** What it says, without the codes in it. */
export function textOf(app: App, row: SealedMessage): string | Promise<string> {
  return withKeys(app.keys, () => openText(app.keys, row));
}

/** A page of the account's messages from handsets, newest first. */
export async function listInboundMessages(
  app: App,
  { accountId }: Principal,
  { after, limit }: { after: InboundMessageId | undefined; limit: number },
): Promise<InboundMessageRow[]> {
  return app.db.query.inboundMessages.findMany({
    where: { accountId, ...(after && { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    limit,
  });
}
