import { mayRevealPhone } from '../accounts/permissions.ts';
import { modeOf, type Principal } from '../accounts/principal.ts';
import { noteRead, type Shown } from '../audit/note-reads.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { InboundMessageId } from '../ids.ts';
import type { App } from '../platform.ts';
import { maskPhone } from '../verifications/phone.ts';
import { maskNumbers } from './mask-numbers.ts';
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

/**
 * The same as a caller may see it: without phone numbers, unless they see those in full. That it is shown is noted before.
 * @param collected see `noteRead`
 */
export async function shownText(
  app: App,
  who: Principal,
  row: SealedMessage,
  collected?: Shown[],
): Promise<string> {
  const text = await textOf(app, row);
  await noteRead(app, who, { action: 'inbound_message.read', target: row.id }, collected);
  return mayRevealPhone(who) ? text : maskNumbers(text);
}

/** Who sent it, as a caller may see it; in full it is noted before. */
export async function shownSender(
  app: App,
  who: Principal,
  row: SealedMessage,
  collected?: Shown[],
): Promise<string> {
  const from = await senderOf(app, row);
  if (!mayRevealPhone(who)) return maskPhone(from);
  await noteRead(app, who, { action: 'inbound_message.read', target: row.id }, collected);
  return from;
}

/** @returns undefined when the caller sees no such message: tests have none */
export async function findInboundMessage(
  app: App,
  who: Principal,
  id: InboundMessageId,
): Promise<InboundMessageRow | undefined> {
  if (modeOf(who) === 'test') return undefined;
  return app.db.query.inboundMessages.findFirst({ where: { accountId: who.accountId, id } });
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
