import type { CarrierId } from '../../ids.ts';
import type {
  Carrier,
  CarrierEvents,
  CarrierHealth,
  LateAnswerHearer,
  OutboundMessage,
  SubmitOutcome,
} from '../carrier.ts';
import type { PeerAnswer, PeerRequest } from './peer.ts';
import { bindHealth, liveliest } from './bind-health.ts';
import { BindTurns } from './bind-turns.ts';
import { createEndOfTurn } from './end-of-turn.ts';
import { Identities } from './identities.ts';
import { readInbound, readReceipt } from './incoming.ts';
import type { SmppCarrierOptions } from './options.ts';
import type { SegmentOutcome } from './outcome.ts';
import { Pace } from '../pace.ts';
import { submitPdus, writingRules } from './outgoing.ts';
import { answerTo, type DataSm, type DeliverSm } from './pdu.ts';
import { submitSegments } from './segments.ts';
import { SmppSession, type BindMode } from './session.ts';
import { STATUS } from './status.ts';

/** A carrier reached over one or more SMPP v3.4 links, which begin to bind at once. */
export function createSmppCarrier(options: SmppCarrierOptions, events: CarrierEvents): Carrier {
  return new SmppCarrier(options, events);
}

class SmppCarrier implements Carrier {
  readonly id: CarrierId;
  readonly name: string;
  readonly #options: SmppCarrierOptions;
  readonly #events: CarrierEvents;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #pace: Pace;
  readonly #identities: Identities;
  readonly #sessions: readonly SmppSession[];
  readonly #writing: ReturnType<typeof writingRules>;
  readonly #turns: BindTurns;
  #reference = 0;
  #paceTimer: NodeJS.Timeout | undefined;
  readonly #endOfTurn = createEndOfTurn();
  #isClosed = false;

  constructor(options: SmppCarrierOptions, events: CarrierEvents) {
    this.id = options.id;
    this.name = options.name;
    this.#options = options;
    this.#events = events;
    this.#clock = options.clock ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#pace = new Pace(options.throughput ?? Infinity, this.#clock());
    this.#identities = new Identities(options, this.#clock);
    this.#writing = writingRules(options);
    this.#turns = new BindTurns(this.#random);
    this.#sessions = (options.binds ?? ['transceiver']).map((mode) => this.#openSession(mode));
  }

  freeWindow(): number {
    let free = 0;
    for (const session of this.#sessions) free += session.freeWindow();
    return free === 0 ? 0 : Math.min(free, this.#pace.available(this.#clock()));
  }

  inFlightShare(): number {
    const { inFlight, window } = this.#load();
    return window === 0 ? 0 : inFlight / window;
  }

  health(): CarrierHealth {
    const states = this.#sessions.filter(({ canSubmit }) => canSubmit).map(({ state }) => state);
    const problems = new Set(this.#sessions.map(({ problem }) => problem).filter((it) => it !== undefined));
    for (const problem of this.#identities.problems) problems.add(problem);
    if (this.#pace.isHeldBack) problems.add(`throttled: down to ${Math.floor(this.#pace.rate)} segments/s`);
    return {
      state: this.#isClosed ? 'closed' : liveliest(states),
      ...(problems.size > 0 && { problem: [...problems].join('; ') }),
      ...this.#load(),
      pace: this.#pace.load(this.#clock()),
      binds: this.#sessions.map(bindHealth),
    };
  }

  shareWith(workers: number): void {
    this.#pace.limitTo((this.#options.throughput ?? Infinity) / workers, this.#clock());
  }

  submit(message: OutboundMessage, onLateAnswer?: LateAnswerHearer): Promise<SubmitOutcome> {
    const now = this.#clock();
    const session = this.#freest();
    if (session === undefined) return Promise.resolve({ kind: 'unavailable', reason: this.#whyNot() });
    const waitMs = this.#pace.waitMs(now);
    if (waitMs > 0) {
      this.#readyIn(waitMs);
      return Promise.resolve({ kind: 'throttled', retryAfterMs: waitMs });
    }
    this.#reference = (this.#reference + 1) & 0xff;
    const pdus = submitPdus(message, { now, reference: this.#reference, ...this.#writing });
    if (!Array.isArray(pdus)) return Promise.resolve(pdus);
    this.#pace.take(pdus.length, now);
    if (this.#pace.available(now) === 0) this.#readyIn(this.#pace.waitMs(now));
    const sent = { to: message.to, segments: pdus.length };
    const ticket = this.#identities.submitted(message.to);
    const answered = (outcome: SubmitOutcome): SubmitOutcome => {
      if (ticket !== undefined && outcome.kind !== 'unknown') this.#identities.answered(ticket);
      return outcome;
    };
    const submitted = submitSegments(session, pdus, {
      overrides: this.#options.statusOverrides,
      conclude: (outcome) => this.#conclude(session, outcome, sent),
      onLate: (outcome) => {
        answered(outcome);
        if (outcome.kind !== 'unknown') onLateAnswer?.(outcome);
      },
    });
    return ticket === undefined ? submitted : submitted.then(answered);
  }

  async close(drainMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#paceTimer);
    this.#identities.close();
    await Promise.all(this.#sessions.map((session) => session.close(drainMs)));
  }

  #conclude(
    session: SmppSession,
    outcome: SegmentOutcome,
    sent: { to: string; segments: number },
  ): SubmitOutcome {
    switch (outcome.kind) {
      case 'accepted':
        return this.#identities.accepted(outcome, sent);
      case 'throttled': {
        const retryAfterMs = this.#pace.slowDown(this.#clock(), this.#random);
        return { kind: 'throttled', retryAfterMs };
      }
      case 'linkFault':
        void session.rebind(outcome.reason);
        return { kind: 'unavailable', reason: outcome.reason };
      default:
        return outcome;
    }
  }

  #freest(): SmppSession | undefined {
    if (this.#isClosed) return undefined;
    let best: SmppSession | undefined;
    let most = 0;
    for (const session of this.#sessions) {
      const free = session.freeWindow();
      if (free > most) [best, most] = [session, free];
    }
    return best;
  }

  #whyNot(): string {
    const { state, problem } = this.health();
    if (state === 'up') return 'the window is full';
    return problem ?? (state === 'connecting' ? 'the link is not up yet' : `the link is ${state}`);
  }

  #load(): { inFlight: number; window: number } {
    const load = { inFlight: 0, window: 0 };
    for (const session of this.#sessions) {
      if (!session.canSubmit) continue;
      load.inFlight += session.inFlight;
      load.window += session.window;
    }
    return load;
  }

  #readyIn(ms: number): void {
    this.#paceTimer ??= setTimeout(() => {
      this.#paceTimer = undefined;
      this.#announce();
    }, ms);
  }

  #announce(): void {
    if (this.#isClosed) return;
    const waitMs = this.#pace.waitMs(this.#clock());
    if (waitMs > 0) this.#readyIn(waitMs);
    else if (this.freeWindow() > 0) this.#events.onReady();
  }

  #openSession(mode: BindMode): SmppSession {
    const { host, port, networks, tls, systemId, password, systemType, window } = this.#options;
    const { interfaceVersion, addressRange } = this.#options;
    const { responseTimeoutMs, bindTimeoutMs, enquireLink, reconnect, random } = this.#options;
    return new SmppSession({
      ...{ host, port, networks, tls, mode, systemId, password, systemType, window },
      ...{ interfaceVersion, addressRange, turns: this.#turns },
      ...{ responseTimeoutMs, bindTimeoutMs, enquireLink, reconnect, random },
      handle: (request) => this.#handle(request),
      onReady: () => this.#announce(),
    });
  }

  #handle(request: PeerRequest): PeerAnswer | Promise<PeerAnswer> {
    switch (request.command) {
      case 'deliver_sm':
      case 'data_sm':
        return this.#receive(request);
      case 'outbind':
      case 'alert_notification':
        return undefined;
      default:
        return answerTo(request, STATUS.RINVBNDSTS);
    }
  }

  #receive(pdu: DeliverSm | DataSm): PeerAnswer | Promise<PeerAnswer> {
    const taken = this.#take(pdu);
    // A receipt about nothing has no reader; refused, it would come for ever.
    if (taken === undefined) return answerTo(pdu, STATUS.ROK);
    return taken.then(
      () => answerTo(pdu, STATUS.ROK),
      () => answerTo(pdu, STATUS.RX_T_APPN),
    );
  }

  #take(pdu: DeliverSm | DataSm): Promise<void> | undefined {
    const receivedAt = new Date(this.#clock());
    const inbound = readInbound(pdu, this.#options.alphabet ?? 'gsm');
    if (inbound) return this.#events.onInbound({ carrierId: this.id, ...inbound, receivedAt });
    const receipt = readReceipt(pdu);
    if (receipt === undefined) return undefined;
    const { state, error, retry } = receipt;
    const report = (carrierMessageId: string) =>
      this.#events.onReceipt({
        ...{ carrierId: this.id, carrierMessageId, state, receivedAt },
        ...(error && { error }),
        ...(retry && { retry }),
      });
    const nameOf = () => this.#identities.reported(receipt.carrierMessageId, pdu.sourceAddr);
    // Of a carrier that gives all messages one id, it would be taken for its first message's.
    return this.#endOfTurn().then(nameOf).then(report);
  }
}
