import { backoffMs, type BackoffOptions } from '../outgoing/backoff.ts';

/** When a breaker opens, and how it closes again: data, so that a test can have its own. */
export interface BreakerRules {
  /** How many answers are looked back on. */
  lookBack: number;
  /** So many faults among them open it, also when there are no more answers than these yet. */
  faults: number;
  /** How long nothing goes through; longer each time, until a whole look-back goes by without a fault. */
  pauses: BackoffOptions;
  /** So many probes have to go well, one after the other. */
  probes: number;
  /** So many faults among them are worth a word while it is closed, until the last one is this long ago. */
  mention: { faults: number; forMs: number };
}

export const BREAKER_RULES: BreakerRules = {
  lookBack: 10,
  // One lost answer says little: who loses one in ten gets here once in 1,700 messages, who loses half, in a dozen.
  faults: 5,
  pauses: { minMs: 1_000, maxMs: 30_000 },
  probes: 3,
  mention: { faults: 2, forMs: 60_000 },
};

export type FaultKind = 'noAnswer' | 'linkFault' | 'systemError';

export interface Fault {
  kind: FaultKind;
  /** What happened, in words. */
  reason: string;
}

/** What a submit says about its carrier; `nothing`: it was throttled, or never came so far. */
export type Verdict = 'good' | 'nothing' | Fault;

export type BreakerState = 'closed' | 'open' | 'halfOpen';

/** Stands for a submit that was let through. */
export type Ticket = number;

const FAULTS_IN_WORDS: Readonly<Record<FaultKind, string>> = {
  noAnswer: 'got no answer',
  linkFault: 'met a fault of the link',
  systemError: 'met an error of its system',
};

/**
 * Keeps messages from a carrier that swallows them. Closed, everything goes through; a run of faults opens
 * it, and nothing does; after a pause it is half open: one probe goes, with each that goes well one more at
 * once, until enough went well to close it, or one did not. All times are milliseconds on one clock.
 */
export class Breaker {
  readonly #rules: BreakerRules;
  /** The last answers, oldest first; `undefined` for a good one. */
  #recent: (Fault | undefined)[] = [];
  #lastFaultAt = -Infinity;
  /** How often it opened since it last proved itself. */
  #openings = 0;
  #opensUntil = -Infinity;
  #probing: { underWay: number; good: number } | undefined;
  #isOpen = false;
  /** Tells the submits of now from those of before the state changed, whose end says nothing new. */
  #era = 0;

  constructor(rules: BreakerRules = BREAKER_RULES) {
    this.#rules = rules;
  }

  state(now: number): BreakerState {
    if (!this.#isOpen) return 'closed';
    return this.waitMs(now) > 0 ? 'open' : 'halfOpen';
  }

  /** How long until the next probe may go. */
  waitMs(now: number): number {
    return this.#isOpen ? Math.max(0, this.#opensUntil - now) : 0;
  }

  /** How many more submits it would let through now. */
  room(now: number): number {
    if (!this.#isOpen) return Infinity;
    if (this.waitMs(now) > 0) return 0;
    const { good, underWay } = this.#probing ?? { good: 0, underWay: 0 };
    return Math.max(0, Math.min(good + 1, this.#rules.probes - good) - underWay);
  }

  /** Lets a submit through, or not. Each ticket is given back once. */
  admit(now: number): Ticket | undefined {
    if (this.room(now) === 0) return undefined;
    if (this.#isOpen) (this.#probing ??= { underWay: 0, good: 0 }).underWay += 1;
    return this.#era;
  }

  /** A submit has ended. */
  settle(ticket: Ticket, verdict: Verdict, now: number, random: () => number): void {
    if (ticket !== this.#era) return;
    if (this.#probing) this.#probed(this.#probing, verdict, now, random);
    else if (verdict !== 'nothing') this.#answered(verdict, now, random);
  }

  /** What is wrong, in words; `undefined` while nothing is. */
  problem(now: number): string | undefined {
    const faults = this.#recent.filter((it) => it !== undefined);
    const last = faults.at(-1);
    if (last === undefined) return undefined;
    const said = `${faults.length} of the last ${this.#recent.length} submits ${inWords(faults)}`;
    switch (this.state(now)) {
      case 'open':
        return `breaker open: ${said} (${last.reason}); next probe in ${Math.ceil(this.waitMs(now) / 1_000)} s`;
      case 'halfOpen':
        return `breaker half open: ${said} (${last.reason}); single messages probe it`;
      case 'closed':
        return this.#isWorthAWord(faults.length, now) ? `${said} (${last.reason})` : undefined;
      default:
        throw new Error('unhandled state of a breaker');
    }
  }

  #isWorthAWord(faults: number, now: number): boolean {
    const { mention } = this.#rules;
    return faults >= mention.faults && now - this.#lastFaultAt < mention.forMs;
  }

  #answered(verdict: 'good' | Fault, now: number, random: () => number): void {
    this.#note(verdict, now);
    const faults = this.#recent.filter((it) => it !== undefined).length;
    if (faults >= this.#rules.faults) this.#open(now, random);
    else if (faults === 0 && this.#recent.length === this.#rules.lookBack) this.#openings = 0;
  }

  #probed(
    probing: { underWay: number; good: number },
    verdict: Verdict,
    now: number,
    random: () => number,
  ): void {
    probing.underWay -= 1;
    if (verdict === 'nothing') return;
    if (verdict !== 'good') {
      this.#note(verdict, now);
      return this.#open(now, random);
    }
    probing.good += 1;
    if (probing.good < this.#rules.probes) return;
    this.#isOpen = false;
    this.#probing = undefined;
    this.#recent = [];
    this.#era += 1;
  }

  #note(verdict: 'good' | Fault, now: number): void {
    this.#recent.push(verdict === 'good' ? undefined : verdict);
    if (this.#recent.length > this.#rules.lookBack) this.#recent.shift();
    if (verdict !== 'good') this.#lastFaultAt = now;
  }

  #open(now: number, random: () => number): void {
    this.#isOpen = true;
    this.#probing = undefined;
    this.#openings += 1;
    this.#opensUntil = now + backoffMs(this.#openings, this.#rules.pauses, random);
    this.#era += 1;
  }
}

function inWords(faults: readonly Fault[]): string {
  const kinds = [...new Set(faults.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const count = faults.filter((fault) => fault.kind === kind).length;
      return kinds.length === 1 ? FAULTS_IN_WORDS[kind] : `${FAULTS_IN_WORDS[kind]} (${count})`;
    })
    .join(', ');
}
