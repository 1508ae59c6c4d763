import type { CarrierId } from '../ids.ts';
import { AnswerTimes } from './answer-times.ts';
import { Breaker, type BreakerRules, type Verdict } from './breaker.ts';
import type {
  Carrier,
  CarrierEvents,
  CarrierHealth,
  LateAnswerHearer,
  OutboundMessage,
  SubmitOutcome,
} from './carrier.ts';
import { Habits } from './habits.ts';
import { ReceiptSilence } from './receipt-silence.ts';

export interface GuardOptions {
  /** Milliseconds since 1970. */
  clock: () => number;
  random: () => number;
  rules?: BreakerRules;
  /** Whether the carrier reports on its messages at all. Default: it does. */
  reports?: boolean;
}

export interface GuardedCarrier extends Carrier {
  /** Some process had a receipt about a message of this carrier. */
  reported(): void;
}

/** Puts a breaker before a carrier, whatever it speaks: the carrier knows its link, this knows how submits end. */
export function guardCarrier(
  carrier: Carrier,
  events: Pick<CarrierEvents, 'onReady'>,
  options: GuardOptions,
): GuardedCarrier {
  return new Guarded(carrier, events, options);
}

class Guarded implements GuardedCarrier {
  readonly #carrier: Carrier;
  readonly #events: Pick<CarrierEvents, 'onReady'>;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #breaker: Breaker;
  readonly #answers = new AnswerTimes();
  readonly #habits = new Habits();
  readonly #silence: ReceiptSilence | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(carrier: Carrier, events: Pick<CarrierEvents, 'onReady'>, options: GuardOptions) {
    this.#carrier = carrier;
    this.#events = events;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#breaker = new Breaker(options.rules);
    this.#silence = options.reports === false ? undefined : new ReceiptSilence();
  }

  get id(): CarrierId {
    return this.#carrier.id;
  }

  get name(): string {
    return this.#carrier.name;
  }

  freeWindow(): number {
    return Math.min(this.#carrier.freeWindow(), this.#breaker.room(this.#clock()));
  }

  inFlightShare(): number {
    return this.#carrier.inFlightShare();
  }

  health(): CarrierHealth {
    const now = this.#clock();
    const { problem, ...health } = this.#carrier.health();
    const state = this.#breaker.state(now);
    const waitMs = this.#breaker.waitMs(now);
    const own = [
      this.#breaker.problem(now),
      this.#answers.problem(),
      this.#habits.problem,
      this.#silence?.problem(now),
    ].filter((it) => it !== undefined);
    // A breaker quotes its last fault, which is often what the carrier itself complains of.
    const isSaid = problem === undefined || own.some((words) => words.includes(problem));
    const problems = isSaid ? own : [...own, problem];
    return {
      ...health,
      ...(problems.length > 0 && !this.#isClosed && { problem: problems.join('; ') }),
      free: this.freeWindow(),
      breaker: { state, ...(waitMs > 0 && { nextProbeAt: now + waitMs }) },
    };
  }

  shareWith(workers: number): void {
    this.#carrier.shareWith(workers);
  }

  async submit(message: OutboundMessage, onLateAnswer?: LateAnswerHearer): Promise<SubmitOutcome> {
    // Nothing chooses a carrier for a test; should that change by mistake, it ends here.
    if (message.isTest) return { kind: 'unavailable', reason: 'a test goes to the sandbox alone' };
    const startedAt = this.#clock();
    const hadPlace = this.#carrier.freeWindow() > 0;
    const ticket = this.#breaker.admit(startedAt);
    if (ticket === undefined)
      return { kind: 'unavailable', reason: this.#breaker.problem(startedAt) ?? 'the breaker is open' };
    const outcome = this.#withReceipt(await this.#carrier.submit(message, onLateAnswer));
    const now = this.#clock();
    this.#answers.note(outcome, now - startedAt);
    this.#habits.note(outcome);
    if (outcome.kind === 'accepted') this.#silence?.taken(now);
    const before = this.#breaker.room(now);
    this.#breaker.settle(ticket, verdictOf(outcome, hadPlace), now, this.#random);
    if (before === 0 && this.freeWindow() > 0) this.#events.onReady();
    this.#awaitProbe(now);
    return outcome;
  }

  reported(): void {
    this.#silence?.broken();
  }

  async close(drainMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#probeTimer);
    await this.#carrier.close(drainMs);
  }

  /** Says of what was taken that no receipt of it was asked for. */
  #withReceipt(outcome: SubmitOutcome): SubmitOutcome {
    return outcome.kind === 'accepted' && !this.#silence ? { ...outcome, receipt: 'none' } : outcome;
  }

  /** Says when the next probe may go: whoever waits for a place would not hear of it otherwise. */
  #awaitProbe(now: number): void {
    const waitMs = this.#breaker.waitMs(now);
    if (waitMs === 0 || this.#isClosed) return;
    this.#probeTimer ??= setTimeout(() => {
      this.#probeTimer = undefined;
      if (this.freeWindow() > 0) this.#events.onReady();
      else this.#awaitProbe(this.#clock());
    }, waitMs);
  }
}

/** @param hadPlace whether the carrier had offered one: only then it is its fault that it did not take the message */
function verdictOf(outcome: SubmitOutcome, hadPlace: boolean): Verdict {
  switch (outcome.kind) {
    case 'accepted':
      return 'good';
    case 'throttled':
      return 'nothing';
    case 'unavailable':
      return hadPlace ? { kind: 'linkFault', reason: outcome.reason } : 'nothing';
    case 'unknown':
      return { kind: 'noAnswer', reason: outcome.reason };
    case 'rejected': {
      // Whatever it says of a number or a sender, it said something.
      if (outcome.retry !== 'later') return 'good';
      const { code, message } = outcome.error;
      return { kind: 'systemError', reason: `${message} (${code})` };
    }
    default:
      throw new Error(`unhandled outcome: ${outcome satisfies never}`);
  }
}
