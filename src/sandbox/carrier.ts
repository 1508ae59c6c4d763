import type {
  Carrier,
  CarrierHealth,
  CarrierReceipt,
  OutboundMessage,
  SubmitOutcome,
} from '../carriers/carrier.ts';
import { classify, retryOf, statusCode, statusMessage } from '../carriers/smpp/status.ts';
import { encodeText, TextTooLong } from '../carriers/smpp/text.ts';
import { Window } from '../carriers/window.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { every } from '../chores.ts';
import { Agenda } from '../simulator/agenda.ts';
import type { Handsets } from '../simulator/handsets.ts';
import { planMessage, type PlannedReceipt } from '../simulator/profile.ts';
import { within } from '../within.ts';
import { outcomeOf } from './test-numbers.ts';
import { forgetReceipts, oweReceipts, readOverdue } from './owed-receipts.ts';
import { SANDBOX_CARRIER_ID, SANDBOX_NAME } from './place.ts';
import { profileOf } from './profiles.ts';
import { carrierMessageIdOf, receiptOf } from './receipt.ts';
import type { SandboxReceipt } from './table.ts';

/**
 * The carrier of tests, in every worker: behind the same port as those with a wire, so that a test's message goes the
 * whole way of a live one, and nothing of it leaves the process.
 */
export interface Sandbox {
  /** As an account's messages meet it. */
  carrierOf(accountId: AccountId): Carrier;
  freeWindow(): number;
  /** Waits for submits under way, at most `drainMs`; receipts that are still owed are left to other workers. */
  close(drainMs: number): Promise<void>;
}

export interface SandboxEvents {
  /** Every receipt. Resolved: it is committed, and no longer owed. */
  onReceipt(accountId: AccountId, receipt: CarrierReceipt): Promise<void>;
  /** A place in the window became free after there was none. */
  onReady(): void;
  /** Of a simulator in this process: to be seen beside what comes over its carriers. */
  handsets: Pick<Handsets, 'deliver'> | undefined;
}

/** Submits at once. With answers after 5–20 ms that is some ten thousand a second. */
const WINDOW = 200;
const BATCH = { maxBatchSize: 500, lanes: 1 };
const FINAL_RECEIPT = 1;
/** So long after its time a receipt is not given any more by the worker that took the message. */
const OVERDUE_MS = 2_000;
const OVERDUE_AT_ONCE = 500;
/** How often it is looked for such. */
const GIVE_OVERDUE_MS = 5_000;

export function createSandbox(app: App, events: SandboxEvents): Sandbox {
  // Its own clock: one that was put forward would leave it waiting for what is long over.
  const agenda = new Agenda(() => performance.now());
  const window = new Window(WINDOW, () => events.onReady());
  const later = (ms: number) => new Promise<void>((resolve) => agenda.after(ms, resolve));
  let closed = false;

  async function give(receipt: SandboxReceipt): Promise<void> {
    const { accountId, attemptId } = receipt;
    try {
      await events.onReceipt(accountId, receiptOf(receipt, app.clock()));
      await app.batched(forgetReceipts, BATCH).add({ accountId, attemptId });
    } catch (error) {
      // It stays owed, and comes again: a receipt may come twice.
      app.log.warn({ err: error }, 'a receipt of the sandbox was not committed');
    }
  }

  async function owe(accountId: AccountId, { attemptId }: OutboundMessage, planned: PlannedReceipt) {
    const { afterMs, stat, err } = planned;
    const receipt = { accountId, attemptId, stat, err, dueAt: new Date(app.clock() + afterMs) };
    await app.batched(oweReceipts, BATCH).add(receipt);
    agenda.after(afterMs, () => void give(receipt));
  }

  function show({ to, sender, text }: OutboundMessage): void {
    events.handsets?.deliver(to, { from: sender, text, isTest: true }, app.clock());
  }

  /** Gives the receipts that a worker owes which is gone. */
  async function giveOverdue(): Promise<void> {
    const before = new Date(app.clock() - OVERDUE_MS);
    const overdue = await readOverdue(app.sql, before, OVERDUE_AT_ONCE);
    await Promise.all(overdue.map(give));
  }

  async function submit(accountId: AccountId, message: OutboundMessage): Promise<SubmitOutcome> {
    if (closed || !window.tryTake()) return { kind: 'unavailable', reason: 'the sandbox has no free place' };
    try {
      return await answer(accountId, message);
    } catch (error) {
      // What it would owe could not be noted, so it took nothing.
      app.log.warn({ err: error }, 'the sandbox took no message');
      return { kind: 'unavailable', reason: 'the sandbox cannot note its receipt' };
    } finally {
      window.release();
    }
  }

  async function answer(accountId: AccountId, message: OutboundMessage): Promise<SubmitOutcome> {
    const segments = segmentsOf(message.text);
    if (segments instanceof TextTooLong) return refusal('text_too_long', segments.message, 'never');
    const validForMs = message.expiresAt.getTime() - app.clock();
    const traits = { registeredDelivery: FINAL_RECEIPT, validForMs };
    const plan = planMessage(profileOf(outcomeOf(message.to)), traits, app.random);
    switch (plan.kind) {
      case 'accepted': {
        const { responseAfterMs = 0, deliveredAfterMs, receipts } = plan;
        for (const receipt of receipts) await owe(accountId, message, receipt);
        if (deliveredAfterMs !== undefined) agenda.after(deliveredAfterMs, () => show(message));
        await later(responseAfterMs);
        return { kind: 'accepted', carrierMessageId: carrierMessageIdOf(message.attemptId), segments };
      }
      case 'refused':
        await later(plan.afterMs);
        return refusal(statusCode(plan.status), statusMessage(plan.status), retryAfter(plan.status));
      case 'ignored':
      case 'rubbish':
        return { kind: 'unknown', reason: 'no answer' };
      default:
        throw new Error(`unhandled plan: ${plan satisfies never}`);
    }
  }

  function health(): CarrierHealth {
    return {
      state: closed ? 'closed' : 'up',
      inFlight: window.inFlight,
      window: WINDOW,
      pace: { perSecond: 0, throttles: 0, backOff: 1 },
      binds: [],
    };
  }

  const stopGiving = every(app, GIVE_OVERDUE_MS, 'receipts of the sandbox', giveOverdue);

  async function close(drainMs: number): Promise<void> {
    if (closed) return;
    closed = true;
    await stopGiving();
    await within(drainMs, window.drained());
    agenda.close();
  }

  return {
    carrierOf: (accountId) => ({
      id: SANDBOX_CARRIER_ID,
      name: SANDBOX_NAME,
      freeWindow: () => (closed ? 0 : window.free),
      inFlightShare: () => window.inFlight / WINDOW,
      health,
      submit: (message) => submit(accountId, message),
      // It has no throughput that workers could share.
      shareWith: () => {},
      close,
    }),
    freeWindow: () => (closed ? 0 : window.free),
    close,
  };
}

function segmentsOf(text: string): number | TextTooLong {
  try {
    return encodeText(text).segments.length;
  } catch (error) {
    if (error instanceof TextTooLong) return error;
    throw error;
  }
}

type Refusal = Extract<SubmitOutcome, { kind: 'rejected' }>;

function refusal(code: string, message: string, retry: Refusal['retry']): Refusal {
  return { kind: 'rejected', error: { code, message }, retry };
}

/** What SMPP's meaning of a status leaves to try. */
function retryAfter(status: number): Refusal['retry'] {
  const meaning = classify(status);
  return meaning === 'ok' || meaning === 'throttle' || meaning === 'linkFault'
    ? 'later'
    : retryOf(status, meaning);
}
