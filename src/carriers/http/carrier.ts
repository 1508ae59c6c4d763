import type { CarrierId } from '../../ids.ts';
import { CONFIGURED_TRUST } from '../../outgoing/certificate.ts';
import type { Resolve } from '../../outgoing/lookup.ts';
import type { Networks } from '../../outgoing/networks.ts';
import type { BackoffOptions } from '../../outgoing/backoff.ts';
import type { Carrier, CarrierEvents, CarrierHealth, OutboundMessage, SubmitOutcome } from '../carrier.ts';
import { MessageNames, type NamingRules } from '../message-names.ts';
import { Pace } from '../pace.ts';
import { Window } from '../window.ts';
import { readAnswer, type AnswerOutcome, type AnswerReader } from './answer.ts';
import { HttpClient } from '../../outgoing/http/client.ts';
import type { Exchange } from '../../outgoing/http/exchange.ts';
import { answerReader } from './compile.ts';
import type { HttpCarrierConfig } from './config.ts';
import { createSubmitWriter, type SubmitWriter } from './request.ts';
import { Standing } from '../../outgoing/standing.ts';
import { within } from '../../within.ts';

export interface HttpCarrierOptions {
  id: CarrierId;
  name: string;
  config: HttpCarrierConfig;
  secrets: Readonly<Record<string, string>>;
  /** How its messages are called. */
  names: NamingRules;
  /** The carrier gave an id to several numbers; its answer is told behind this. */
  onRepeatedId?: (id: string) => Promise<void>;
  /** Where this carrier sends its receipts. */
  callbackUrl: string;
  /** Networks of our own that may be called. */
  networks: Networks;
  /** Default the system's resolver. */
  resolve?: Resolve;
  /** How long it rests when it is closed to us. */
  pauses?: BackoffOptions;
  /** Milliseconds since 1970; default `Date.now`. */
  clock?: () => number;
  /** Default `Math.random`. */
  random?: () => number;
}

/** A carrier reached over HTTP as its configuration says; its receipts come in by the callback. */
export function createHttpCarrier(
  options: HttpCarrierOptions,
  events: Pick<CarrierEvents, 'onReady'>,
): Carrier {
  return new HttpCarrier(options, events);
}

type Accepted = Extract<SubmitOutcome, { kind: 'accepted' }>;

class HttpCarrier implements Carrier {
  readonly id: CarrierId;
  readonly name: string;
  readonly #events: Pick<CarrierEvents, 'onReady'>;
  readonly #clock: () => number;
  readonly #random: () => number;
  /** Requests per second, of all workers together. */
  readonly #throughput: number;
  readonly #pace: Pace;
  readonly #window: Window;
  readonly #standing: Standing;
  readonly #names: MessageNames;
  readonly #onRepeatedId: (id: string) => Promise<void>;
  /** Repeated ids that are to be told yet. */
  readonly #untold = new Set<string>();
  readonly #client: HttpClient;
  readonly #writer: SubmitWriter;
  readonly #reader: AnswerReader;
  #throttledUntil = -Infinity;
  #readyTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: HttpCarrierOptions, events: Pick<CarrierEvents, 'onReady'>) {
    const { config, secrets, callbackUrl, networks, resolve } = options;
    this.id = options.id;
    this.name = options.name;
    this.#events = events;
    this.#clock = options.clock ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#throughput = config.throughput ?? Infinity;
    this.#pace = new Pace(this.#throughput, this.#clock());
    this.#window = new Window(config.window ?? config.connections, () => this.#announce());
    this.#standing = new Standing({ ...(options.pauses && { pauses: options.pauses }) });
    this.#names = new MessageNames(options.names);
    this.#onRepeatedId = options.onRepeatedId ?? (() => Promise.resolve());
    this.#writer = createSubmitWriter(config, secrets, callbackUrl);
    this.#reader = answerReader(config, secrets);
    const { connections, timeoutMs, tls } = config;
    const { origin } = this.#writer;
    this.#client = new HttpClient({
      ...{ origin, networks, connections, timeoutMs, resolve },
      ca: tls?.ca,
      trust: CONFIGURED_TRUST,
    });
  }

  freeWindow(): number {
    const now = this.#clock();
    if (this.#isClosed || now < this.#throttledUntil) return 0;
    const worth = Math.max(0, this.#standing.limit(now) - this.#window.inFlight);
    return Math.min(this.#window.free, worth, this.#pace.available(now));
  }

  inFlightShare(): number {
    return this.#window.inFlight / this.#window.size;
  }

  health(): CarrierHealth {
    const known = [this.#standing.problem, this.#names.problem];
    const problems = known.filter((it) => it !== undefined);
    if (this.#clock() < this.#throttledUntil) problems.push('throttled: it asked us to wait');
    else if (this.#pace.isHeldBack)
      problems.push(`throttled: down to ${Math.floor(this.#pace.rate)} requests/s`);
    return {
      state: this.#isClosed ? 'closed' : this.#standing.isDown ? 'down' : 'up',
      ...(problems.length > 0 && { problem: problems.join('; ') }),
      inFlight: this.#window.inFlight,
      window: this.#window.size,
      pace: this.#pace.load(this.#clock()),
      binds: [],
    };
  }

  shareWith(workers: number): void {
    this.#pace.limitTo(this.#throughput / workers, this.#clock());
  }

  async submit(message: OutboundMessage): Promise<SubmitOutcome> {
    const now = this.#clock();
    if (this.#isClosed) return { kind: 'unavailable', reason: 'the carrier is closed' };
    const waitMs = Math.max(this.#throttledUntil - now, this.#pace.waitMs(now));
    if (waitMs > 0) {
      this.#readyIn(waitMs);
      return { kind: 'throttled', retryAfterMs: waitMs };
    }
    if (this.#standing.limit(now) <= this.#window.inFlight)
      return { kind: 'unavailable', reason: this.#standing.problem ?? 'the carrier rests' };
    const request = this.#writer.write(message, now);
    if ('kind' in request) return request;
    if (!this.#window.tryTake()) return { kind: 'unavailable', reason: 'the window is full' };
    this.#pace.take(1, now);
    if (this.#pace.available(now) === 0) this.#readyIn(this.#pace.waitMs(now));
    try {
      const outcome = this.#conclude(await this.#client.exchange(request), message);
      return outcome.kind === 'accepted' ? await this.#named(outcome, message.to) : outcome;
    } finally {
      this.#window.release();
    }
  }

  async close(drainMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#readyTimer);
    await within(drainMs, this.#window.drained());
    this.#client.close();
    await this.#window.drained();
  }

  async #named(outcome: Accepted, to: string): Promise<Accepted> {
    const id = outcome.carrierMessageId;
    const wasRepeated = this.#names.isRepeated(id);
    const carrierMessageId = this.#names.accepted(id, to);
    if (!wasRepeated && this.#names.isRepeated(id)) this.#untold.add(id);
    if (this.#untold.has(id)) {
      // Before the answer counts: from then on its receipt is awaited.
      await this.#onRepeatedId(id).then(
        () => this.#untold.delete(id),
        // The next message with this id brings it again.
        () => {},
      );
    }
    return { ...outcome, carrierMessageId };
  }

  #conclude(exchange: Exchange, message: OutboundMessage): SubmitOutcome {
    const now = this.#clock();
    const outcome: AnswerOutcome =
      exchange.kind === 'answer'
        ? readAnswer(exchange.answer, this.#reader, message, now)
        : { kind: exchange.written ? 'unknown' : 'unavailable', reason: exchange.reason };
    switch (outcome.kind) {
      case 'unavailable':
        this.#standing.isClosed(outcome.reason, now, this.#random);
        break;
      case 'unknown':
        this.#standing.isSilent(outcome.reason, now, this.#random);
        break;
      default:
        this.#recover();
    }
    const restMs = this.#standing.restMs(now);
    if (restMs > 0) this.#readyIn(restMs);
    return outcome.kind === 'throttled' ? this.#slowDown(outcome.retryAfterMs ?? 0, now) : outcome;
  }

  #recover(): void {
    const wasDown = this.#standing.isDown;
    this.#standing.isWell();
    if (wasDown) this.#announce();
  }

  #slowDown(askedMs: number, now: number): SubmitOutcome {
    const retryAfterMs = Math.max(askedMs, this.#pace.slowDown(now, this.#random));
    // What it asked for is meant for all of us; our own guess is in the pace already.
    this.#throttledUntil = Math.max(this.#throttledUntil, now + askedMs);
    this.#readyIn(retryAfterMs);
    return { kind: 'throttled', retryAfterMs };
  }

  #readyIn(ms: number): void {
    this.#readyTimer ??= setTimeout(() => {
      this.#readyTimer = undefined;
      this.#announce();
    }, ms);
  }

  #announce(): void {
    if (this.#isClosed) return;
    const now = this.#clock();
    const waitMs = Math.max(this.#pace.waitMs(now), this.#throttledUntil - now, this.#standing.restMs(now));
    if (waitMs > 0) this.#readyIn(waitMs);
    else if (this.freeWindow() > 0) this.#events.onReady();
  }
}
