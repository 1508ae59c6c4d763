import { inboundChannel } from '../bus/channels.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { publishJournal } from '../events/commit.ts';
import type { App } from '../platform.ts';
import { createCheckBatch, writeChecks, type CheckBatch } from '../verifications/commit-checks.ts';
import { lockDestinations, type DestinationKey } from '../verifications/destinations.ts';
import { deleteOptOuts, insertOptOuts } from '../verifications/opt-outs.ts';
import { lockVerifications } from '../verifications/store.ts';
import { arrivalName, finishArrivals, openPart, putArrivals } from './arrivals.ts';
import { codesOfSender, decideInbound, type OptOutChanges } from './decide-inbound.ts';
import type { Inbound } from './inbound.ts';
import { redactCodes, redactKnown } from './redact-codes.ts';
import { insertInboundMessages, sealInboundMessage, type NewInboundMessage } from './store.ts';

/** What is new of a batch. */
interface Fresh {
  inbound: Inbound;
  /** All its text, once it is whole. */
  whole: string | undefined;
}

/** A part that is not the one which waits under its number: it can be taken when that message is over. */
class PartContradicted extends Error {
  constructor() {
    super('Another part of this reference and number waits for the rest of its message.');
  }
}

/** Commits a batch of messages from handsets. @returns an error for each that cannot be taken now */
export async function commitInbound(app: App, items: readonly Inbound[]): Promise<(undefined | Error)[]> {
  const refused = new Set<Inbound>();
  for (const wave of wavesOf(items)) for (const one of await commitWave(app, wave)) refused.add(one);
  return items.map((item) => (refused.has(item) ? new PartContradicted() : undefined));
}

/** What one person texts one number is decided one by one, in the order in which it came. */
function wavesOf(items: readonly Inbound[]): Inbound[][] {
  const waves: Inbound[][] = [];
  const counts = new Map<string, number>();
  for (const item of items) {
    const name = `${item.accountId}/${item.conversation.toString('latin1')}`;
    const wave = counts.get(name) ?? 0;
    counts.set(name, wave + 1);
    (waves[wave] ??= []).push(item);
  }
  return waves;
}

/**
 * In one transaction: what came before is left out, parts are joined, codes are checked, opt-outs noted,
 * and the messages stored.
 * @returns what could not be taken
 */
async function commitWave(app: App, wave: readonly Inbound[]): Promise<readonly Inbound[]> {
  const { checks, refused, stored, transactionId, eventsTransactionId } = await transaction(
    app.lanes,
    (tx) => readWave(app, tx, wave),
    async (tx, { fresh, refused, checks }) => {
      const changes: OptOutChanges = { added: [], removed: [] };
      const stored: NewInboundMessage[] = [];
      for (const { inbound, whole } of fresh) {
        // Before they are used up.
        const codes = codesOfSender(checks, inbound);
        const decided = decideInbound(checks, inbound, changes);
        if (whole === undefined) continue;
        const { accountId, carrierId, ourNumber, sender, from, receivedAt, number } = inbound;
        const plain = {
          accountId,
          carrierId,
          ourNumber,
          sender,
          from,
          receivedAt,
          text: redactKnown(whole, codes),
        };
        const message = { ...plain, ...decided, serviceId: number?.serviceId ?? null };
        stored.push(sealInboundMessage(app.keys, message, checks.now));
      }
      const done = fresh.filter(({ whole }) => whole !== undefined).map(({ inbound }) => inbound);
      const [eventsTransactionId, transactionId] = await Promise.all([
        writeChecks(tx, checks),
        insertInboundMessages(tx, stored),
        finishArrivals(tx, done, checks.now),
        insertOptOuts(tx, changes.added, checks.now),
        deleteOptOuts(tx, changes.removed),
      ]);
      return { checks, refused, stored, transactionId, eventsTransactionId };
    },
  );
  publishJournal(app, checks.journal, eventsTransactionId);
  publishInbound(app, stored, transactionId);
  return refused;
}

/** Tells those who watch the accounts' messages to look. */
export function publishInbound(
  app: Pick<App, 'bus'>,
  stored: readonly NewInboundMessage[],
  transactionId: string | undefined,
): void {
  if (transactionId === undefined) return;
  const channels = new Set(stored.map(({ accountId }) => inboundChannel(accountId)));
  app.bus.publish([...channels].map((channel) => ({ channel, payload: transactionId })));
}

async function readWave(
  app: App,
  tx: Tx,
  wave: readonly Inbound[],
): Promise<{ fresh: Fresh[]; refused: Inbound[]; checks: CheckBatch }> {
  const known = new Map((await putArrivals(tx, wave)).map((arrival) => [arrivalName(arrival), arrival]));
  const refused: Inbound[] = [];
  const fresh = wave.flatMap((inbound): Fresh[] => {
    const { done, parts, marks } = known.get(arrivalName(inbound))!;
    if (marks[inbound.part] !== inbound.marks[inbound.part]) refused.push(inbound);
    if (done) return [];
    if (inbound.total === 1) return [{ inbound, whole: inbound.text }];
    const isNew = parts[inbound.part] === inbound.parts[inbound.part];
    return isNew ? [{ inbound, whole: joinParts(app, inbound, parts) }] : [];
  });
  const keys = destinationsOf(fresh);
  const destinations = keys.length > 0 ? await lockDestinations(tx, keys) : [];
  const latest = destinations.flatMap((destination) => {
    const { accountId, latestVerificationId: id } = destination;
    return id ? [{ accountId, id, verificationId: id, destination }] : [];
  });
  const verifications = latest.length > 0 ? await lockVerifications(tx, latest) : [];
  return { fresh, refused, checks: createCheckBatch(app, latest, verifications) };
}

/** The text of a long message; undefined while parts are missing. Codes on the border of two parts show only now. */
function joinParts(app: App, inbound: Inbound, parts: Record<string, string>): string | undefined {
  if (Object.keys(parts).length < inbound.total) return undefined;
  const texts = Array.from(
    { length: inbound.total },
    (_, i) => openPart(app.keys, inbound, parts[i + 1]!).text,
  );
  return redactCodes(texts.join(''));
}

/** The sender as the destination of every service that the number serves. */
function destinationsOf(fresh: readonly Fresh[]): DestinationKey[] {
  return fresh.flatMap(({ inbound: { accountId, sender: destination, number, services } }) => {
    if (destination === null) return [];
    const served = services.filter(({ id }) => (number?.serviceId ?? id) === id);
    return served.map(({ id: serviceId }) => ({ accountId, serviceId, destination }));
  });
}
