export interface NamingRules {
  /** `repeated`: the carrier gives the same id to messages for different numbers, from the first message on. */
  ids: 'unique' | 'repeated';
  /** Ids that are known to be several numbers' already. Default none. */
  repeated?: readonly string[];
  /** The form in which ids are compared; default as they are. */
  normalise?: (id: string) => string;
  /** Stands for a number without giving it away; the same in every process, now and after a restart. */
  markOf(number: string): string;
}

// Of one carrier. An id that comes back after a thousand others meets no message that still waits.
const MAX_KNOWN = 1_000;
const NOBODY = '';

/**
 * What we call the messages of a carrier, so that a receipt finds its message. The carrier's id is enough
 * while it is one message's own. Where a carrier gives it to several numbers, the number belongs to the
 * name: `1#<mark>`. The number that had the id first keeps it bare, because it is written down like that.
 */
export class MessageNames {
  readonly #rules: NamingRules;
  /** The last ids with the number that had each first. */
  readonly #recent = new Map<string, string>();
  /** Those that were given to another number, too. */
  readonly #repeated = new Map<string, string>();
  #wasNumberMissing = false;

  constructor(rules: NamingRules) {
    this.#rules = rules;
    // Whoever had it first is written down with the bare id; nobody is left who would know it.
    for (const id of rules.repeated ?? []) keep(this.#repeated, id, NOBODY);
  }

  /** What an operator should know; `undefined` while every receipt finds its message by the carrier's id. */
  get problem(): string | undefined {
    const repeats = this.#rules.ids === 'unique' && this.#repeated.size > 0;
    const problems = [
      ...(repeats
        ? ['gives the same message id to several numbers: set messageIds of this carrier to "repeated"']
        : []),
      ...(this.#wasNumberMissing
        ? ['receipts name neither one message nor a number, and match nothing']
        : []),
    ];
    return problems.length > 0 ? problems.join('; ') : undefined;
  }

  /** The carrier took a message for a number (E.164 with `+`) under an id. */
  accepted(carrierId: string, to: string): string {
    const id = this.#rules.normalise?.(carrierId) ?? carrierId;
    if (this.#rules.ids === 'unique') this.#note(id, to);
    return this.#name(id, to);
  }

  /** A receipt has come about an id, already in the form of the submit's answer, from a number as it is written there. */
  reported(id: string, from: string): string {
    if (!this.isRepeated(id)) return id;
    const digits = /^\+?(\d{4,15})$/.exec(from)?.[1];
    if (digits !== undefined) return this.#name(id, `+${digits}`);
    this.#wasNumberMissing = true;
    return `${id}#`;
  }

  /** Whether a carrier's id is not enough to tell a message. */
  isRepeated(id: string): boolean {
    return this.#rules.ids === 'repeated' || this.#repeated.has(id);
  }

  #name(id: string, number: string): string {
    const isBare = !this.isRepeated(id) || this.#repeated.get(id) === number;
    return isBare ? id : `${id}#${this.#rules.markOf(number)}`;
  }

  #note(id: string, to: string): void {
    const first = this.#recent.get(id);
    if (first === undefined) keep(this.#recent, id, to);
    else if (first !== to && !this.#repeated.has(id)) keep(this.#repeated, id, first);
  }
}

function keep(numbers: Map<string, string>, id: string, number: string): void {
  numbers.set(id, number);
  if (numbers.size > MAX_KNOWN) numbers.delete(numbers.keys().next().value!);
}
