import { countReveal } from '../accounts/count-reveal.ts';
import type { Principal } from '../accounts/principal.ts';
import { doNoted } from '../audit/act.ts';
import type { InboundMessageId } from '../ids.ts';
import type { App } from '../platform.ts';
import { InboundMessageNotFound } from './errors.ts';
import { findInboundMessage, senderOf } from './queries.ts';

/** Who texted one of our numbers, in full. */
export interface RevealedSender {
  inboundMessageId: InboundMessageId;
  /** E.164 with `+`, or a name or short code as the carrier wrote it. */
  from: string;
}

/**
 * Shows who sent one message, in full, and notes who saw it.
 * @throws {InboundMessageNotFound | TooManyReveals}
 */
export async function revealSender(app: App, who: Principal, id: InboundMessageId): Promise<RevealedSender> {
  await countReveal(app, who);
  const row = await findInboundMessage(app, who, id);
  if (!row) throw new InboundMessageNotFound();
  const from = await senderOf(app, row);
  await app.db.transaction((tx) =>
    doNoted(tx, who, 'inbound_message.reveal', app.clock(), async (act) => act.on(id)),
  );
  return { inboundMessageId: id, from };
}
