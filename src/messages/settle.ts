import { publishOutcomes, type Outcome } from '../bus/outcomes.ts';
import type { Tx } from '../db/client.ts';
import { transaction } from '../db/transaction.ts';
import { commitJournal, publishJournal } from '../events/commit.ts';
import { createJournal, type Journal } from '../events/journal.ts';
import type { App } from '../platform.ts';
import { createReceiptLatencies, type ReceiptNews } from '../routing/receipt-latencies.ts';
import { lockVerifications, saveProgress, type VerificationKey } from '../verifications/store.ts';
import type { VerificationRow } from '../verifications/table.ts';
import { moveAttempt, moveMessage } from './advance-rows.ts';
import { insertParts, type AttemptPart } from './attempt-parts.ts';
import { readAttempts, saveAttempts, type AttemptState } from './attempt-store.ts';
import { concludeUndelivered } from './conclude.ts';
import { resolveFacts, type NewFact, type ResolvedFacts, type Step } from './facts.ts';
import { putIntoInbox, type AccountReceipt } from './inbox.ts';
import type { Unreachable } from './message.ts';
import { isAwaited, newsOf, outcomeOf } from './news.ts';
import { readRules, type Rules } from './rules.ts';
import { readToChange, saveMessages, type MessageKey, type ReadMessage } from './store.ts';
import { silentBy } from './silent.ts';
import { newsOfSilent, type SilentAttempt } from './silent-news.ts';
import { standingOf } from './tried.ts';

// One lane: what one batch commits, the next one sees, so a receipt right behind its answer finds
// the attempt. Under load both are mostly in the same batch and cost one update together. With the rest, that starts and
// checks have, too, a message delivered cost all processes 12 % less; a receipt waits for it at most 25 ms, and not when
// 24 wait already: from receipt to subscriber that is 12.5 instead of 17 ms (p50), at no more CPU.
// A second lane, for when a commit takes more than 15 ms, cost 6 % of the deliveries and took nothing off the p99 of 55–80 ms
// (twelve runs of each): that is a few commits of 25–75 ms in ten seconds, and those who queue behind them.
export const SETTLE_BATCH = { maxBatchSize: 500, lanes: 1, paceMs: 5, restShare: 0.5, enough: 24 };

/** Commits a batch of facts in one transaction: attempts, messages, verifications and events move together. */
export async function commitFacts(app: App, facts: readonly NewFact[]): Promise<undefined[]> {
  const rules = await readRules(
    app,
    facts.map(({ accountId }) => accountId),
  );
  await commitResolved(app, async (tx) => ({ rules, ...(await resolveFacts(tx, facts, app.clock())) }));
  return facts.map(() => undefined);
}

/** Facts whose attempts are known, and what they are judged by. */
export interface Resolved extends ResolvedFacts {
  rules: Rules;
}

/** Commits what was resolved in the same transaction. */
export async function commitResolved(app: App, resolve: (tx: Tx) => Promise<Resolved>): Promise<void> {
  const settled = await transaction(
    app.lanes,
    async (tx) => decideFacts(app, tx, await resolve(tx)),
    writeSettled,
  );
  announce(app, settled);
}

/** Tells who listens, once it is committed. */
function announce(app: App, { journal, outcomes, news, transactionId }: Announced): void {
  publishJournal(app, journal, transactionId);
  publishOutcomes(app.bus, outcomes);
  app.single(createReceiptLatencies).tell(news);
}

/** What a batch of facts changes. */
interface Settled {
  journal: Journal;
  verifications: VerificationRow[];
  messages: ReadMessage[];
  attempts: AttemptState[];
  early: AccountReceipt[];
  parts: AttemptPart[];
  /** What receipts say of attempts. */
  outcomes: Outcome[];
  /** What is learned of receipts as such. */
  news: ReceiptNews[];
}

type Announced = Pick<Settled, 'journal' | 'outcomes' | 'news'> & { transactionId: string | undefined };

/** Locks and reads what the facts concern, and decides what becomes of it. */
async function decideFacts(app: App, tx: Tx, { rules, steps, early, parts }: Resolved): Promise<Settled> {
  const now = app.clock();
  const journal = createJournal(now);
  const outcomes: Outcome[] = [];
  const news: ReceiptNews[] = [];
  if (steps.length === 0)
    return { journal, verifications: [], messages: [], attempts: [], early, parts, outcomes, news };
  const [locked, messageRows, attemptRows] = await Promise.all([
    lockVerifications(tx, verificationKeys(steps)),
    readToChange(tx, messageKeys(steps)),
    readAttempts(tx, messageKeys(steps)),
  ]);
  const verifications = new Map(locked.map((v) => [v.id, v]));
  const messages = new Map(messageRows.map((m) => [m.id, m]));
  const attempts = Map.groupBy(attemptRows, (a) => a.messageId);
  const unreachable = new Map<VerificationRow, Unreachable>();
  // The others are not written: their lease belongs to whoever claims them meanwhile.
  const moved = new Set<ReadMessage>();
  const told = new Set<AttemptState>();
  const silent: SilentAttempt[] = [];
  for (const step of steps) {
    const verification = verifications.get(step.verificationId)!;
    const tried = attempts.get(step.messageId) ?? [];
    const attempt = step.attemptId ? tried.find(({ id }) => id === step.attemptId) : undefined;
    const before = attempt?.status;
    if (attempt) {
      told.add(attempt);
      if (!moveAttempt(attempt, step, now)) continue;
      news.push(...newsOf(verification, attempt, before!, now, step));
    }
    if (step.receipt && verification.mode === 'live') outcomes.push(outcomeOf(step));
    const message = messages.get(step.messageId)!;
    const expects = (one: AttemptState) => rules.expectsReceipt(verification, one, now);
    const isPinned = message.pinnedRouteId !== null;
    const one = silentBy(step.fact, { verification, isPinned, tried, attempt }, expects, now);
    if (one) silent.push({ ...one, verification });
    const { isMoved, failsFor } = moveMessage(journal, verification, message, step, {
      schedule: rules.scheduleOf(verification),
      standing: standingOf(tried),
      isLast: !attempt || attempt === tried.at(-1),
      receiptWaitMs:
        attempt && isAwaited(step.answer) ? rules.receiptWaitMs(verification, attempt, now) : Infinity,
      now,
      random: app.random,
    });
    if (isMoved) moved.add(message);
    if (failsFor) unreachable.set(verification, failsFor);
  }
  news.push(...(await newsOfSilent(tx, silent, now)));
  await concludeUndelivered(app, tx, journal, { verifications, messages, unreachable }, now);
  const changed = new Set(journal.entries.map((entry) => entry.verification.id));
  return {
    journal,
    verifications: locked.filter((v) => changed.has(v.id)),
    messages: [...moved],
    attempts: [...told],
    early,
    parts,
    outcomes,
    news,
  };
}

async function writeSettled(tx: Tx, settled: Settled): Promise<Announced> {
  const { journal, outcomes, news } = settled;
  const [transactionId] = await Promise.all([
    commitJournal(tx, journal),
    saveProgress(tx, settled.verifications),
    saveMessages(tx, settled.messages),
    saveAttempts(tx, settled.attempts),
    putIntoInbox(tx, settled.early),
    insertParts(tx, settled.parts),
  ]);
  return { journal, outcomes, news, transactionId };
}

function verificationKeys(steps: readonly Step[]): VerificationKey[] {
  return [...new Map(steps.map(({ accountId, verificationId: id }) => [id, { accountId, id }])).values()];
}

function messageKeys(steps: readonly Step[]): MessageKey[] {
  return [
    ...new Map(
      steps.map(({ accountId, verificationId, messageId: id }) => [id, { accountId, verificationId, id }]),
    ).values(),
  ];
}
