import type { AttemptId, CarrierId } from '../ids.ts';
import type { BreakerState } from './breaker.ts';
import type { PaceLoad } from './pace.ts';

/**
 * The port to a carrier. SMPP binds, HTTP endpoints and whatever comes later all answer through it,
 * and every outcome that can happen on a wire has a name here, "we don't know" included.
 */
export interface Carrier {
  readonly id: CarrierId;
  readonly name: string;
  /** How many more messages can be submitted at this moment without waiting; 0 when the link is down. */
  freeWindow(): number;
  /** Share of the window in use, 0–1: a load signal for routing. */
  inFlightShare(): number;
  health(): CarrierHealth;
  /** So many workers use the carrier now, this one among them: its throughput is shared evenly. */
  shareWith(workers: number): void;
  /**
   * Never rejects: what went wrong is an outcome. `unknown` need not be the last word: when the carrier
   * answers behind the deadline all the same, `onLateAnswer` hears of it, once.
   */
  submit(message: OutboundMessage, onLateAnswer?: LateAnswerHearer): Promise<SubmitOutcome>;
  /** Stops taking messages, waits for those in flight (at most `drainMs`), then leaves the link cleanly. */
  close(drainMs: number): Promise<void>;
}

/** What a carrier tells us on its own: handed to the factory of each kind of carrier. */
export interface CarrierEvents {
  /**
   * Every receipt, in the order of arrival. The carrier is answered only after the promise settles:
   * resolved → acknowledged, rejected → told to send it again.
   */
  onReceipt(receipt: CarrierReceipt): Promise<void>;
  /** A message from a handset, or one part of it; answered as a receipt is. */
  onInbound(message: CarrierInbound): Promise<void>;
  /** The link came up, or a place in the window became free after there was none. */
  onReady(): void;
}

export interface OutboundMessage {
  attemptId: AttemptId;
  /** Of a test: for the sandbox alone, and refused by every other carrier. */
  isTest?: true;
  /** E.164 with `+`. */
  to: string;
  /** Alphanumeric name (1–11 characters), long code with `+`, or short code (3–8 digits). */
  sender: string;
  text: string;
  /** What registers of the destination's country call the sender, by `register.reference`, e.g. `dlt.entity`. */
  registrations?: Readonly<Record<string, string>>;
  /** After this the carrier must not deliver any more (SMPP `validity_period`). */
  expiresAt: Date;
}

export type SubmitOutcome =
  | {
      kind: 'accepted';
      carrierMessageId: string;
      segments: number;
      parts?: SubmittedParts;
      /** It was not asked for one. */
      receipt?: 'none';
    }
  /** The carrier wants less traffic now; spends no attempt of the message. */
  | { kind: 'throttled'; retryAfterMs: number }
  /** Nothing was written: the link is down or its window is full. Any route may be tried at once. */
  | { kind: 'unavailable'; reason: string }
  | { kind: 'rejected'; error: CarrierError; retry: Retry }
  /** Written, but the link died or the deadline passed before an answer: not the same as failed. */
  | { kind: 'unknown'; reason: string };

/** The segments of a message that the carrier reports one by one, under an id each. */
export interface SubmittedParts {
  /** The ids of the second part and those behind it, each once; the first has the message's. */
  others: readonly string[];
  /** Whether a receipt is about its part or about the whole message; `auto`: not known. */
  receipts: 'perPart' | 'once' | 'auto';
}
/** What a refusal leaves to try. */
export type Retry =
  /** Every route, this one included, after a while. */
  | 'later'
  /** Nobody knows what it means: one other route, at once. */
  | 'once'
  /** Other routes, at once; this one would refuse it again. */
  | 'elsewhere'
  /** Nothing: the message or its destination is at fault. */
  | 'never';

export type LateAnswerHearer = (outcome: Exclude<SubmitOutcome, { kind: 'unknown' }>) => void;

/** A carrier's own words for what went wrong, e.g. code `0x0000000b`, message `invalid destination address`. */
export interface CarrierError {
  code: string;
  message: string;
}

export interface CarrierReceipt {
  carrierId: CarrierId;
  /** In the form in which the submit's answer gave it. */
  carrierMessageId: string;
  state: 'enroute' | 'delivered' | 'undelivered';
  error?: CarrierError;
  /** Only with `undelivered`, and when the error says more than "try later". */
  retry?: Retry;
  /** When it reached us. */
  receivedAt: Date;
}

/** A message from a handset to one of our numbers, or one part of a long one. */
export interface CarrierInbound {
  carrierId: CarrierId;
  /** As the carrier writes it; with `+` when it says that the number is an international one. */
  from: string;
  to: string;
  text: string;
  /** Of a long message. */
  part?: InboundPart;
  /** What the carrier calls the message; the same one again is the same message. */
  id?: string;
  /** When it reached us. */
  receivedAt: Date;
}

export interface InboundPart {
  /** The same for all parts of a message. */
  reference: number;
  total: number;
  /** From 1. */
  number: number;
}

export interface CarrierHealth {
  state: 'connecting' | 'up' | 'down' | 'closed';
  /** What is wrong, in words; absent while all is well. */
  problem?: string;
  inFlight: number;
  window: number;
  /** How many more it would take now, by its window, its pace and its breaker; told where a breaker stands before it. */
  free?: number;
  pace: PaceLoad;
  /** The links one by one; none where a carrier has no lasting link. */
  binds: BindHealth[];
  /** Present where a breaker stands before the carrier. */
  breaker?: BreakerHealth;
}

export interface BindHealth {
  mode: 'transmitter' | 'receiver' | 'transceiver';
  state: CarrierHealth['state'];
  problem?: string;
  inFlight: number;
  window: number;
}

export interface BreakerHealth {
  state: BreakerState;
  /** Epoch milliseconds; present while it is open. */
  nextProbeAt?: number;
}
