import { ofMode } from '../accounts/of-mode.ts';
import type { Principal } from '../accounts/principal.ts';
import type { MessageId, VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { AttemptRow, MessageRow } from './table.ts';

/** A message with the way that it took. */
export interface TracedMessage extends MessageRow {
  /** Oldest first. */
  attempts: AttemptRow[];
}

const ATTEMPTS = { attempts: { orderBy: { id: 'asc' } } } as const;

/** @returns undefined when the caller sees no such message */
export async function traceMessage(
  app: App,
  who: Principal,
  id: MessageId,
): Promise<TracedMessage | undefined> {
  const { accountId } = who;
  return app.db.query.messages.findFirst({ where: { accountId, id, ...ofMode(who) }, with: ATTEMPTS });
}

/** A page of a verification's messages, oldest first. */
export async function traceMessages(
  app: App,
  who: Principal,
  verificationId: VerificationId,
  { after, limit }: { after: MessageId | undefined; limit: number },
): Promise<TracedMessage[]> {
  const { accountId } = who;
  return app.db.query.messages.findMany({
    where: { accountId, verificationId, ...ofMode(who), ...(after && { id: { gt: after } }) },
    orderBy: { id: 'asc' },
    limit,
    with: ATTEMPTS,
  });
}
