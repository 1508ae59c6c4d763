import { MESSAGE_ID_FORMS, normaliseMessageId, submitForm, type MessageIdForm } from './message-id.ts';

// Of one carrier, and only until its form is known.
const MAX_KNOWN = 1_000;
// Receipts that could be of one form only. One may be chance; the the same form for three messages in a row is not.
const PROOFS = 3;
// Below this, counted ids of one form may be near those of another.
const TELLING_DIGITS = 6;
// Carriers write a number with a country code, a trunk prefix, or neither.
const NUMBER_DIGITS = 7;

/** Stands for a submit; later ones are greater. */
export type Ticket = number;

/** The id of a submit's answer; or that an answer on its way may still tell; or that nothing here does. */
export type ReadId = { id: string } | 'early' | 'unknown';

/**
 * Finds out how a carrier's receipts write the ids of its answers. A form is given up as soon as an id is
 * written in a way that it cannot be. Until one is left, a receipt is read only by a message that we know:
 * the one candidate among its forms that the carrier gave to the number of the receipt, while no other
 * answer for that number is missing. Every message is known of which the answer was heard here, so the
 * one that is found is the one that is meant.
 */
export class ReceiptForm {
  #possible: readonly MessageIdForm[] = MESSAGE_ID_FORMS;
  #proven: MessageIdForm | undefined;
  /** Receipts that prove it, by their ids: one that comes twice proves nothing more. */
  readonly #proofs = new Set<string>();
  /** The last ids with the numbers that had them. */
  readonly #known = new Map<string, Set<string>>();
  /** The numbers of submits of which we have no answer, in their order. */
  readonly #unanswered = new Map<Ticket, string>();
  #lastTicket = 0;

  /** `undefined` while more than one is possible. */
  get form(): MessageIdForm | undefined {
    return this.#possible.length === 1 ? this.#possible[0] : undefined;
  }

  /** Another process has found it out. */
  learn(form: MessageIdForm): void {
    this.#possible = [form];
    this.#known.clear();
    this.#unanswered.clear();
  }

  /** The last submit until now: what comes at this moment is about none behind it. */
  get lastSubmit(): Ticket {
    return this.#lastTicket;
  }

  /** A message for a number goes out. */
  submitted(to: string): Ticket {
    keep(this.#unanswered, (this.#lastTicket += 1), to);
    return this.#lastTicket;
  }

  /** Its answer has come, whatever it is. */
  answered(ticket: Ticket): void {
    this.#unanswered.delete(ticket);
  }

  /** The carrier gave a message for a number an id. */
  accepted(carrierId: string, to: string): void {
    if (this.form !== undefined) return;
    const id = normaliseMessageId(carrierId);
    if (id === '') return;
    if (!/^[0-9a-f]+$/.test(id)) return this.learn('same');
    if (/[a-f]/.test(id)) this.#exclude('hexToDecimal');
    const numbers = this.#known.get(id) ?? new Set();
    keep(this.#known, id, numbers.add(to));
    if (numbers.size > MAX_KNOWN) numbers.delete(numbers.values().next().value!);
  }

  /**
   * A receipt has come about an id, from a number as the carrier writes it.
   * @param cameAfter the last submit at that moment
   */
  reported(receiptId: string, from: string, cameAfter: Ticket = this.#lastTicket): ReadId {
    const written = normaliseMessageId(receiptId);
    if (!/^[0-9a-f]+$/.test(written)) this.learn('same');
    else if (/[a-f]/.test(written)) this.#exclude('decimalToHex');
    const candidates = new Map(this.#possible.map((form) => [form, submitForm(receiptId, form)]));
    const ids = new Set(candidates.values());
    if (ids.size === 1) return { id: [...ids][0]! };
    const isOf = numberTest(from, written);
    if (isOf === undefined) return 'unknown';
    if (this.#unanswered.entries().some(([ticket, to]) => ticket <= cameAfter && isOf(to))) return 'early';
    const known = [...ids].filter((id) => this.#known.get(id)?.values().some(isOf));
    if (known.length !== 1) return 'unknown';
    const forms = this.#possible.filter((form) => candidates.get(form) === known[0]);
    if (forms.length === 1) this.#prove(forms[0]!, written);
    return { id: known[0]! };
  }

  #exclude(form: MessageIdForm): void {
    const left = this.#possible.filter((one) => one !== form);
    if (left.length === 1) this.learn(left[0]!);
    else if (left.length > 1) this.#possible = left;
  }

  #prove(form: MessageIdForm, receiptId: string): void {
    if (this.#proven !== form) this.#proofs.clear();
    this.#proven = form;
    if (this.#proofs.add(receiptId).size === PROOFS) this.learn(form);
  }
}

/** Whether a number is the one of a receipt; a receipt without one may be about any, if its id is long. */
function numberTest(from: string, id: string): ((to: string) => boolean) | undefined {
  const digits = from.replace(/\D/g, '');
  if (digits.length >= NUMBER_DIGITS) return (to) => to.endsWith(digits.slice(-NUMBER_DIGITS));
  return id.length >= TELLING_DIGITS ? () => true : undefined;
}

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.set(key, value);
  if (map.size > MAX_KNOWN) map.delete(map.keys().next().value!);
}
