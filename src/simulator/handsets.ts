/** A text as a handset shows it. */
export interface HandsetMessage {
  /** The sender: a name, or a number as the carrier passed it on. */
  from: string;
  text: string;
  /** Of a test: it came from the sandbox, over no carrier. */
  isTest?: true;
  /** RFC 3339, later than that of every message before it on the same handset. */
  receivedAt: string;
}

export interface HandsetLimits {
  /** Default 100. */
  perNumber?: number;
  /** Default 100,000, about 30 MB. */
  total?: number;
}

interface Handset {
  messages: HandsetMessage[];
  lastAt: number;
  /** All that ever came, those included that had to make room. */
  count: number;
}

/** Which messages a reader has seen: how many, or all up to a time. */
export type Seen = { count: number } | { receivedAt: number };

/**
 * The phones behind the simulated carriers, by E.164 number. Bounded: the oldest message of a number
 * makes room first, then the numbers that have been quiet for longest.
 */
export class Handsets {
  // In the order of their last message: the quietest first.
  readonly #byNumber = new Map<string, Handset>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #perNumber: number;
  readonly #total: number;
  #stored = 0;

  constructor(limits: HandsetLimits = {}) {
    this.#perNumber = limits.perNumber ?? 100;
    this.#total = limits.total ?? 100_000;
  }

  deliver(number: string, message: Omit<HandsetMessage, 'receivedAt'>, now: number): void {
    const handset = this.#byNumber.get(number) ?? { messages: [], lastAt: 0, count: 0 };
    handset.lastAt = Math.max(now, handset.lastAt + 1);
    handset.count += 1;
    handset.messages.push({ ...message, receivedAt: new Date(handset.lastAt).toISOString() });
    this.#stored += 1;
    if (handset.messages.length > this.#perNumber) this.#dropOldest(handset);
    this.#byNumber.delete(number);
    this.#byNumber.set(number, handset);
    this.#makeRoom();
    this.#wake(number);
    this.#wake('*');
  }

  /** Newest last; only those that `seen` leaves out, when given. */
  messages(number: string, seen?: Seen): HandsetMessage[] {
    const handset = this.#byNumber.get(number);
    if (!handset) return [];
    if (!seen) return [...handset.messages];
    if ('receivedAt' in seen) {
      return handset.messages.filter((message) => Date.parse(message.receivedAt) > seen.receivedAt);
    }
    const dropped = handset.count - handset.messages.length;
    return handset.messages.slice(Math.max(0, seen.count - dropped));
  }

  /** The numbers that were heard of last, newest first, each with its last message. */
  latest(limit: number): { number: string; message: HandsetMessage }[] {
    return [...this.#byNumber]
      .slice(-limit)
      .reverse()
      .flatMap(([number, handset]) => {
        const message = handset.messages.at(-1);
        return message ? [{ number, message }] : [];
      });
  }

  /** Calls back at every message for a number, or for any (`*`). @returns what ends it */
  watch(number: string, onMessage: () => void): () => void {
    const watchers = this.#watchers.get(number) ?? new Set();
    this.#watchers.set(number, watchers.add(onMessage));
    return () => {
      watchers.delete(onMessage);
      if (watchers.size === 0 && this.#watchers.get(number) === watchers) this.#watchers.delete(number);
    };
  }

  #wake(number: string): void {
    const watchers = this.#watchers.get(number);
    if (watchers) for (const onMessage of [...watchers]) onMessage();
  }

  #makeRoom(): void {
    for (const [number, handset] of this.#byNumber) {
      if (this.#stored <= this.#total) return;
      this.#dropOldest(handset);
      if (handset.messages.length === 0) this.#byNumber.delete(number);
    }
  }

  #dropOldest(handset: Handset): void {
    handset.messages.shift();
    this.#stored -= 1;
  }
}
