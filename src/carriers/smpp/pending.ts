import { LateAnswers } from './late-answers.ts';
import type { GenericNack, RequestCommand, Response, ResponseOf } from './pdu.ts';

/** What became of a request. */
export type Answer<C extends RequestCommand> = ResponseOf<C> | GenericNack | NoAnswer;

/** There will be no answer: the deadline passed, the connection ended, or the request was not taken. */
export interface NoAnswer {
  command: 'none';
  /** Whether its octets were handed to the socket, so that the peer may have them. */
  written: boolean;
  reason: string;
}

export interface RequestOptions<C extends RequestCommand> {
  timeoutMs: number;
  /** Hears the answer that comes behind the deadline, while the connection lives. */
  onLate?: ((answer: Exclude<Answer<C>, NoAnswer>) => void) | undefined;
}

interface PendingRequest {
  command: RequestCommand;
  onLate: ((answer: Response) => void) | undefined;
  deadline: number;
  /** Number of the socket write that carries it. */
  flush: number;
  settle(answer: Response | NoAnswer): void;
}

const MAX_PENDING = 100_000;
const MAX_SEQUENCE = 0x7fffffff;

/**
 * Requests that wait for their answers, by sequence number. One timer serves all deadlines: a timer for
 * each PDU would be set and cleared 50,000 times a second, and almost none would ever fire.
 */
export class PendingRequests {
  readonly #bySequence = new Map<number, PendingRequest>();
  readonly #late = new LateAnswers();
  readonly #clock: () => number;
  #sequence = 0;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = Infinity;
  readonly #outbox: { readonly flushes: number };

  constructor(clock: () => number, outbox: { readonly flushes: number }) {
    this.#clock = clock;
    this.#outbox = outbox;
  }

  get size(): number {
    return this.#bySequence.size;
  }

  get isFull(): boolean {
    return this.#bySequence.size >= MAX_PENDING;
  }

  /** A number that no waiting request has: 1 to 0x7fffffff, then 1 again (SMPP v3.4 §3.2). */
  nextSequence(): number {
    do this.#sequence = this.#sequence === MAX_SEQUENCE ? 1 : this.#sequence + 1;
    while (this.#bySequence.has(this.#sequence));
    return this.#sequence;
  }

  add<C extends RequestCommand>(
    sequence: number,
    command: C,
    { timeoutMs, onLate }: RequestOptions<C>,
  ): Promise<Answer<C>> {
    const deadline = this.#clock() + timeoutMs;
    if (deadline < this.#wakeAt) this.#wake(deadline);
    return new Promise((settle) => {
      const flush = this.#outbox.flushes + 1;
      this.#bySequence.set(sequence, { command, deadline, flush, settle, onLate } as PendingRequest);
    });
  }

  /** An answer came; those that nobody waits for, and nobody waited for, are dropped. */
  settle(answer: Response): void {
    const pending = this.#take(answer.sequence);
    if (pending === undefined) return this.#late.settle(answer, this.#clock());
    pending.settle(
      fits(pending, answer) ? answer : noAnswer(true, `${pending.command} was answered by ${answer.command}`),
    );
  }

  fail(sequence: number, reason: string): void {
    const pending = this.#take(sequence);
    pending?.settle(noAnswer(pending.flush <= this.#outbox.flushes, reason));
  }

  failAll(reason: string): void {
    clearTimeout(this.#timer);
    this.#wakeAt = Infinity;
    this.#late.clear();
    for (const sequence of this.#bySequence.keys()) this.fail(sequence, reason);
  }

  #take(sequence: number): PendingRequest | undefined {
    const pending = this.#bySequence.get(sequence);
    if (pending !== undefined) this.#bySequence.delete(sequence);
    return pending;
  }

  #wake(at: number): void {
    clearTimeout(this.#timer);
    this.#wakeAt = at;
    this.#timer = setTimeout(() => this.#expire(), Math.max(1, Math.ceil(at - this.#clock())));
  }

  #expire(): void {
    const now = this.#clock();
    let next = Infinity;
    for (const [sequence, pending] of this.#bySequence) {
      const { command, deadline, onLate } = pending;
      if (deadline <= now) {
        this.fail(sequence, `no answer to ${command} within its deadline`);
        if (onLate) this.#late.remember(sequence, { hear: (it) => fits(pending, it) && onLate(it) }, now);
      } else if (deadline < next) next = deadline;
    }
    if (next === Infinity) this.#wakeAt = Infinity;
    else this.#wake(next);
  }
}

function fits({ command }: PendingRequest, answer: Response): boolean {
  return answer.command === 'generic_nack' || answer.command === `${command}_resp`;
}

export function noAnswer(written: boolean, reason: string): NoAnswer {
  return { command: 'none', written, reason };
}
