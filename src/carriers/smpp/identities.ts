import type { SubmitOutcome } from '../carrier.ts';
import { MessageNames } from '../message-names.ts';
import { normaliseMessageId } from './message-id.ts';
import type { SmppCarrierOptions } from './options.ts';
import type { SegmentOutcome } from './outcome.ts';
import type { Ticket } from './receipt-form.ts';
import { ReceiptIds } from './receipt-ids.ts';

/** Which message a carrier means by an id: what we call it after its answer, and after its receipt. */
export class Identities {
  readonly #names: MessageNames;
  readonly #ids: ReceiptIds;
  readonly #multipartReceipts: 'perPart' | 'once' | 'auto';

  constructor(options: SmppCarrierOptions, clock: () => number) {
    const { messageIds: ids = 'unique', numberMark: markOf, receiptIdForm: form = 'same' } = options;
    this.#names = new MessageNames({ ids, markOf, normalise: normaliseMessageId });
    this.#ids = new ReceiptIds({ form, memory: options.formMemory, clock });
    this.#multipartReceipts = options.multipartReceipts ?? 'auto';
  }

  /** What an operator should know. */
  get problems(): string[] {
    return [this.#names.problem, this.#ids.problem].filter((problem) => problem !== undefined);
  }

  /** A message for a number goes out: to be told of its answer, unless that makes no difference. */
  submitted(to: string): Ticket | undefined {
    return this.#ids.submitted(to);
  }

  /** Its answer has come, whatever it is. */
  answered(ticket: Ticket): void {
    this.#ids.answered(ticket);
  }

  accepted(
    { messageId, otherIds }: Extract<SegmentOutcome, { kind: 'accepted' }>,
    { to, segments }: { to: string; segments: number },
  ): SubmitOutcome {
    const carrierMessageId = this.#name(messageId, to);
    const accepted = { kind: 'accepted', carrierMessageId, segments } as const;
    if (otherIds === undefined) return accepted;
    // A carrier that gives all segments one id reports the message as a whole.
    const others = new Set(otherIds.map((id) => this.#name(id, to)));
    others.delete(carrierMessageId);
    const parts = { others: [...others], receipts: this.#multipartReceipts };
    return others.size === 0 ? accepted : { ...accepted, parts };
  }

  /**
   * The message of a receipt, from a number as the carrier writes it.
   * @throws when nobody knows yet: the carrier should bring it again
   */
  reported(receiptId: string, from: string): string | Promise<string> {
    const id = this.#ids.reported(receiptId, from);
    if (typeof id === 'string') return this.#names.reported(id, from);
    return id.then((found) => {
      if (found === undefined) throw new Error('nobody knows yet which message it is about');
      return this.#names.reported(found, from);
    });
  }

  close(): void {
    this.#ids.close();
  }

  #name(carrierId: string, to: string): string {
    this.#ids.accepted(carrierId, to);
    return this.#names.accepted(carrierId, to);
  }
}
