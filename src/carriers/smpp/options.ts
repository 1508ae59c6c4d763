import type { CarrierId } from '../../ids.ts';
import type { SubmittedParts } from '../carrier.ts';
import type { PinnedKind } from './addressing.ts';
import type { Alphabet } from './alphabets.ts';
import type { Networks } from '../../outgoing/networks.ts';
import type { BackoffOptions } from '../../outgoing/backoff.ts';
import type { TlsOptions } from './dial.ts';
import type { KeepAliveOptions } from './keep-alive.ts';
import type { MessageIdForm } from './message-id.ts';
import type { NamingRules } from '../message-names.ts';
import type { FormMemory } from './receipt-ids.ts';
import type { BindMode } from './session.ts';
import type { StatusOverrides } from './status.ts';
import type { ValidityFormat } from './validity.ts';
import type { OutgoingTlv } from './vendor-tlvs.ts';

export interface SmppCarrierOptions {
  id: CarrierId;
  name: string;
  host: string;
  port: number;
  /** Besides public addresses, where it may be. */
  networks: Networks;
  tls?: TlsOptions;
  systemId: string;
  password: string;
  systemType?: string;
  /** What the bind says we speak (SMPP v3.4 §5.2.4). Default 0x34. */
  interfaceVersion?: number;
  /** The numbers whose messages we want (§5.2.7). Default: what the carrier has set up. */
  addressRange?: string;
  /** The links to hold, which bind one after the other. Default one transceiver. */
  binds?: readonly BindMode[];
  /** How many segments may wait for their answers, on each link. Default 10. */
  window?: number;
  /** Segments per second that the contract allows, over all links. Default: no limit of ours. */
  throughput?: number;
  /** What the carrier means by data_coding 0. Default GSM 03.38. */
  alphabet?: Alphabet;
  /** The `data_coding` that asks for that alphabet. Default 0. */
  dataCoding?: number;
  /** What the carrier wants every sender to be called, whatever it is; and every destination. */
  source?: PinnedKind;
  destination?: PinnedKind;
  /** Default `relative`. */
  validity?: ValidityFormat;
  /** How an id in a receipt becomes the one in the submit's answer; `auto` finds it out. Default `same`. */
  receiptIdForm?: MessageIdForm | 'auto';
  /** Where what was found out is kept. Default: in this process. */
  formMemory?: FormMemory;
  /** Whether the segments of a message have a receipt each. Default `auto`. */
  multipartReceipts?: SubmittedParts['receipts'];
  /** `repeated`: an id stands for several numbers' messages, and a receipt's number says which. Default `unique`. */
  messageIds?: NamingRules['ids'];
  /** Stands for a number (E.164 with `+`) in what is written down. */
  numberMark: NamingRules['markOf'];
  /** The carrier's own meaning of some command_status values. */
  statusOverrides?: StatusOverrides;
  /** Sent with every segment, e.g. the DLT entity and template ids of India. */
  vendorTlvs?: readonly OutgoingTlv[];
  responseTimeoutMs?: number;
  bindTimeoutMs?: number;
  enquireLink?: KeepAliveOptions;
  reconnect?: BackoffOptions;
  /** Milliseconds since 1970; default `Date.now`. */
  clock?: () => number;
  /** Default `Math.random`. */
  random?: () => number;
}
