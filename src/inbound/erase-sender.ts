import type { Tx } from '../db/client.ts';
import { uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createInboundNumberDirectory } from './numbers.ts';
import { lockWaitingPartsOf } from './waiting-parts.ts';

export interface ErasedSender {
  inboundMessages: number;
  inboundArrivals: number;
}

/**
 * Destroys what a subject has texted, waiting parts included.
 * @param subject without the number only by its blind indexes: that something arrived is then forgotten in its time
 */
export async function eraseSender(
  app: App,
  tx: Tx,
  accountId: AccountId,
  { subjects, e164 }: { subjects: readonly Buffer[]; e164?: string },
): Promise<ErasedSender> {
  if (subjects.length === 0) return { inboundMessages: 0, inboundArrivals: 0 };
  // Without the account, for the reason given in messages/table.ts.
  const messages = await tx`
    DELETE FROM vault.inbound_messages WHERE sender IN ${tx(subjects as Buffer[])}
      AND account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid`.execute();
  const waiting = await lockWaitingPartsOf(app, tx, accountId, subjects);
  const arrivals = [
    ...waiting.map(({ arrival }) => arrival),
    ...(e164 === undefined ? [] : await arrivalsOf(app, tx, accountId, e164)),
  ];
  const gone =
    arrivals.length === 0
      ? { count: 0 }
      : await tx`
          DELETE FROM vault.inbound_arrivals
          WHERE account_id = ${uuidOf(accountId)} AND arrival IN ${tx(arrivals)}`.execute();
  return { inboundMessages: messages.count, inboundArrivals: gone.count };
}

/** What has arrived from a number, by the ways in which carriers write ours. */
async function arrivalsOf(app: App, tx: Tx, accountId: AccountId, e164: string): Promise<Buffer[]> {
  const numbers = await app.single(createInboundNumberDirectory).of(accountId);
  const conversations = numbers.flatMap(({ carrierId, number }) =>
    [number, number.replace('+', ''), number.replace('+', '00')].map((to) =>
      app.keys.blindIndex('inbound', carrierId, e164, to),
    ),
  );
  if (conversations.length === 0) return [];
  const rows = await tx<{ arrival: Buffer }[]>`
    SELECT arrival FROM vault.inbound_arrivals WHERE conversation IN ${tx(conversations)}
      AND account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid`.execute();
  return rows.map(({ arrival }) => arrival);
}
