import type { CarrierId } from '../../ids.ts';
import type { Alphabet } from './alphabets.ts';
import type { BackoffOptions } from '../../outgoing/backoff.ts';
import type { TlsOptions } from './dial.ts';
import type { KeepAliveOptions } from './keep-alive.ts';
import type { MessageIdForm } from './message-id.ts';
import type { NamingRules } from './message-names.ts';
import type { BindMode } from './session.ts';
import type { StatusOverrides } from './status.ts';
import type { RawTlv } from './tlv.ts';

export interface SmppCarrierOptions {
  id: CarrierId;
  name: string;
  host: string;
  port: number;
  tls?: TlsOptions;
  systemId: string;
  password: string;
  systemType?: string;
  /** The links to hold. Default one transceiver. */
  binds?: readonly BindMode[];
  /** How many segments may wait for their answers, on each link. Default 10. */
  window?: number;
  /** Segments per second that the contract allows, over all links. Default: no limit of ours. */
  throughput?: number;
  /** What the carrier means by data_coding 0. Default GSM 03.38. */
  alphabet?: Alphabet;
  /** How an id in a receipt becomes the one in the submit's answer. Default `same`. */
  receiptIdForm?: MessageIdForm;
  /** `repeated`: an id stands for several numbers' messages, and a receipt's number says which. Default `unique`. */
  messageIds?: NamingRules['ids'];
  /** Stands for a number (E.164 with `+`) in what is written down. */
  numberMark: NamingRules['markOf'];
  /** The carrier's own meaning of some command_status values. */
  statusOverrides?: StatusOverrides;
  /** Sent with every segment, e.g. the DLT entity and template ids of India. */
  vendorTlvs?: readonly RawTlv[];
  responseTimeoutMs?: number;
  bindTimeoutMs?: number;
  enquireLink?: KeepAliveOptions;
  reconnect?: BackoffOptions;
  /** Milliseconds since 1970; default `Date.now`. */
  clock?: () => number;
  /** Default `Math.random`. */
  random?: () => number;
}
