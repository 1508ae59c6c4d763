import type { Tx } from '../db/client.ts';
import { uuidOf, type AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readSender } from './addresses.ts';
import { openPart } from './arrivals.ts';
import { createInboundNumberDirectory } from './numbers.ts';

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
    DELETE FROM inbound_messages WHERE sender IN ${tx(subjects as Buffer[])}
      AND account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid`.execute();
  const arrivals = [
    ...(await waitingOf(app, tx, accountId, subjects)),
    ...(e164 === undefined ? [] : await arrivalsOf(app, tx, accountId, e164)),
  ];
  const gone =
    arrivals.length === 0
      ? { count: 0 }
      : await tx`
          DELETE FROM inbound_arrivals
          WHERE account_id = ${uuidOf(accountId)} AND arrival IN ${tx(arrivals)}`.execute();
  return { inboundMessages: messages.count, inboundArrivals: gone.count };
}

/** Long messages of which parts are missing: few, and their sender is only inside. */
async function waitingOf(
  app: App,
  tx: Tx,
  accountId: AccountId,
  subjects: readonly Buffer[],
): Promise<Buffer[]> {
  const rows = await tx<{ arrival: Buffer; parts: Record<string, string> }[]>`
    SELECT arrival, parts FROM inbound_arrivals
    WHERE account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid AND NOT done FOR UPDATE`.execute();
  return rows.flatMap(({ arrival, parts }) => {
    const [part] = Object.values(parts);
    if (part === undefined) return [];
    const e164 = readSender(openPart(app.keys, { accountId, arrival }, part).from, null);
    if (e164 === undefined) return [];
    const sender = app.keys.blindIndex('destination', accountId, e164);
    return subjects.some((subject) => subject.equals(sender)) ? [arrival] : [];
  });
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
    SELECT arrival FROM inbound_arrivals WHERE conversation IN ${tx(conversations)}
      AND account_id IS NOT DISTINCT FROM ${uuidOf(accountId)}::uuid`.execute();
  return rows.map(({ arrival }) => arrival);
}
