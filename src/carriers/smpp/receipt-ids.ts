import { normaliseMessageId, submitForm, type MessageIdForm } from './message-id.ts';
import { ReceiptForm, type Ticket } from './receipt-form.ts';

/** Where the form that one process has found out is kept for the others, and for the next start. */
export interface FormMemory {
  read(): Promise<MessageIdForm | null>;
  write(form: MessageIdForm): Promise<void>;
}

export interface ReceiptIdRules {
  form: MessageIdForm | 'auto';
  /** Default: none. */
  memory: FormMemory | undefined;
  /** Milliseconds since 1970. */
  clock: () => number;
}

// An answer follows its receipt within milliseconds. The carrier waits for ours meanwhile.
const HOLD_MS = 2_000;
const RECALL_EVERY_MS = 1_000;
// A link stops reading when a thousand of the carrier's requests wait, and our answers come over it, too.
const MAX_HELD = 500;
// A carrier brings a refused receipt again; if nothing was learned by then, nothing will be.
const GIVE_UP_AFTER_MS = 300_000;
const MAX_REFUSED = 1_000;

interface Held {
  receiptId: string;
  from: string;
  cameAfter: Ticket;
  resolve(id: string | undefined): void;
}

/** Reads the ids of a carrier's receipts: by the form that is configured, or by the one that is found out. */
export class ReceiptIds {
  readonly #rules: ReceiptIdRules;
  readonly #form = new ReceiptForm();
  #recalling: Promise<void> | undefined;
  #recalledAt = -Infinity;
  #isNoted = false;
  #isClosed = false;
  readonly #held = new Map<Held, NodeJS.Timeout>();
  /** Since when receipts are refused, by their ids. */
  readonly #refused = new Map<string, number>();

  constructor(rules: ReceiptIdRules) {
    this.#rules = rules;
    if (rules.form === 'auto') void this.#recall();
    else this.#form.learn(rules.form);
  }

  /** What an operator should know. */
  get problem(): string | undefined {
    return this.#form.form === undefined && this.#refused.size > 0
      ? 'receipts name no message that is known here, however their ids are read: set receiptIdForm of this carrier'
      : undefined;
  }

  /** A message goes out: to be told of its answer, unless that makes no difference any more. */
  submitted(to: string): Ticket | undefined {
    return this.#form.form === undefined ? this.#form.submitted(to) : undefined;
  }

  answered(ticket: Ticket): void {
    if (this.#form.form !== undefined) return;
    this.#form.answered(ticket);
    this.#lookAgain();
  }

  accepted(carrierId: string, to: string): void {
    if (this.#form.form !== undefined) return;
    this.#form.accepted(carrierId, to);
    this.#noteForm();
  }

  /** The id as the submit's answer gave it; `undefined` when nobody knows: then the carrier may ask again. */
  reported(receiptId: string, from: string): string | Promise<string | undefined> {
    const { form } = this.#form;
    return form === undefined ? this.#findOut(receiptId, from) : submitForm(receiptId, form);
  }

  /** From now on nobody waits: the carrier brings to the next link what is not clear at once. */
  close(): void {
    this.#isClosed = true;
    for (const [held, timer] of this.#held) {
      clearTimeout(timer);
      held.resolve(undefined);
    }
    this.#held.clear();
  }

  #findOut(receiptId: string, from: string): string | Promise<string | undefined> {
    const read = this.#form.reported(receiptId, from);
    this.#noteForm();
    if (typeof read === 'object') return read.id;
    if (this.#isClosed || this.#held.size >= MAX_HELD) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const held = { receiptId, from, cameAfter: this.#form.lastSubmit, resolve };
      const giveUp = () => void this.#giveUp(held);
      this.#held.set(held, setTimeout(giveUp, HOLD_MS));
    });
  }

  #lookAgain(): void {
    for (const [held, timer] of this.#held) {
      const read = this.#form.reported(held.receiptId, held.from, held.cameAfter);
      if (typeof read !== 'object') continue;
      clearTimeout(timer);
      this.#held.delete(held);
      held.resolve(read.id);
    }
    this.#noteForm();
  }

  async #giveUp(held: Held): Promise<void> {
    await this.#recall();
    if (!this.#held.delete(held)) return;
    const id = normaliseMessageId(held.receiptId);
    const now = this.#rules.clock();
    const since = this.#refused.get(id) ?? now;
    if (now - since >= GIVE_UP_AFTER_MS) return held.resolve(`${id}?`);
    this.#refused.set(id, since);
    if (this.#refused.size > MAX_REFUSED) this.#refused.delete(this.#refused.keys().next().value!);
    held.resolve(undefined);
  }

  /** Asks whether another process knows; once for all that wait at the same time. */
  async #recall(): Promise<void> {
    const now = this.#rules.clock();
    if (this.#recalling === undefined && now - this.#recalledAt < RECALL_EVERY_MS) return;
    this.#recalledAt = now;
    this.#recalling ??= this.#readMemory().finally(() => (this.#recalling = undefined));
    await this.#recalling;
  }

  async #readMemory(): Promise<void> {
    const form = await this.#rules.memory?.read().catch(() => null);
    if (form == null || this.#form.form !== undefined) return;
    this.#form.learn(form);
    this.#isNoted = true;
    this.#refused.clear();
    this.#lookAgain();
  }

  #noteForm(): void {
    const { form } = this.#form;
    if (form === undefined || this.#isNoted) return;
    this.#isNoted = true;
    this.#refused.clear();
    // Not written now, it will be found out again.
    void this.#rules.memory?.write(form).catch(() => {});
    this.#lookAgain();
  }
}
