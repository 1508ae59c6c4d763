import { isolate } from '../db/isolate.ts';
import { isOutage } from '../db/outage.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findLoneReceipts, type LoneReceipt } from './attempt-parts.ts';
import { resolveFacts, type Step } from './facts.ts';
import { listMatched, takeMatched, type Wanted } from './inbox.ts';
import { readRules, type Rules } from './rules.ts';
import { commitResolved } from './settle.ts';

/** How long the sweeps leave alone what they could not settle. */
const PUT_OFF_MS = 60_000;

/** What this process's sweeps could not settle, and when it is tried again. */
function createPutOff(app: App): { add(id: string): void; ids(): ReadonlySet<string> } {
  const until = new Map<string, number>();
  return {
    add: (id) => void until.set(id, app.clock() + PUT_OFF_MS),
    ids() {
      const now = app.clock();
      for (const [id, end] of until) if (end <= now) until.delete(id);
      return new Set(until.keys());
    },
  };
}

/**
 * Applies receipts that waited in the inbox while their attempt was committed elsewhere. One that cannot be applied
 * stays there, and holds up no other.
 * @returns how many there were; when that is not 0 there may be more
 */
export async function settleInbox(app: App): Promise<number> {
  const putOff = app.single(createPutOff);
  const except = [...putOff.ids()];
  try {
    return await settleMatched(app, { except });
  } catch (error) {
    if (isOutage(error)) throw error;
  }
  let count = 0;
  const ids = await listMatched(app.sql, app.clock(), { except });
  const failed = await isolate(ids, async (only) => {
    count += await settleMatched(app, { only, except: [] });
  });
  for (const { item, error } of failed) {
    putOff.add(item);
    app.log.error({ err: error, receiptId: item }, 'a receipt cannot be settled');
  }
  return count;
}

async function settleMatched(app: App, wanted: Wanted): Promise<number> {
  let count = 0;
  await commitResolved(app, async (tx) => {
    const receipts = await takeMatched(tx, app.clock(), wanted);
    count = receipts.length;
    const facts = receipts.map((receipt) => ({ kind: 'receipt', ...receipt }) as const);
    // Whose they are is known only now. Few receipts come this way, of accounts that are known as a rule.
    const rules = await rulesOf(app, receipts);
    return { rules, ...(await resolveFacts(tx, facts, app.clock())) };
  });
  return count;
}

/**
 * Has receipts that one part of a message had, and no other in its time, stand for the whole message;
 * not where the carrier is known to report each part.
 * @returns how many it settled; when that is not 0 there may be more
 */
export async function settleLoneReceipts(app: App): Promise<number> {
  const putOff = app.single(createPutOff);
  const except = putOff.ids();
  const all = await findLoneReceipts(app.sql, app.clock());
  const found = all.filter(({ attemptId }) => !except.has(attemptId));
  const failed = await isolate(found, (some) => settleLone(app, some));
  for (const { item, error } of failed) {
    putOff.add(item.attemptId);
    app.log.error({ err: error, attemptId: item.attemptId }, 'a lone receipt cannot be settled');
  }
  return found.length - failed.length;
}

async function settleLone(app: App, found: readonly LoneReceipt[]): Promise<void> {
  const steps = found.map(({ isPerPart, ...receipt }): Step => {
    const { accountId, verificationId, messageId, attemptId } = receipt;
    return {
      ...{ accountId, verificationId, messageId, attemptId },
      receipt: { ...receipt, state: 'delivered' },
      lone: isPerPart ? 'waits' : 'stands',
      fact: { kind: 'receipt', state: 'delivered' },
    };
  });
  const rules = await rulesOf(app, found);
  await commitResolved(app, () => Promise.resolve({ rules, steps, early: [], parts: [] }));
}

function rulesOf(app: App, receipts: readonly { accountId: AccountId }[]): Promise<Rules> {
  return readRules(
    app,
    receipts.map(({ accountId }) => accountId),
  );
}
