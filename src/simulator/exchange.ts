import type { Agenda } from './agenda.ts';
import type { Handsets } from './handsets.ts';
import type { LongTexts } from './long-texts.ts';
import type { MessageIds } from './message-ids.ts';
import type { CarrierProfile } from './profile.ts';
import type { ReceiptCourier } from './receipt-courier.ts';

export interface SmscOptions {
  /** 0 takes a free one. */
  port: number;
  host: string;
  /** How the carrier of a system id behaves at this moment; `undefined` refuses its bind with 0x0F. */
  profileFor(systemId: string): CarrierProfile | undefined;
  handsets: Handsets;
  /** Epoch milliseconds. */
  clock: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** When given, a bind with another one is refused with 0x0E. */
  password?: string;
}

export interface Traffic {
  /** Sessions bound now. */
  binds: number;
  /** Since the start, because there were as many as the profile allows. */
  refusedBinds: number;
  /** Submits since the start, refused ones included. */
  submits: number;
}

/** All that the sessions of one system id share. */
export interface System extends Traffic {
  courier: ReceiptCourier;
  /** The second that `submitsInSecond` counts. */
  second: number;
  submitsInSecond: number;
}

/** What the sessions are made of. */
export interface Exchange extends SmscOptions {
  agenda: Agenda;
  longTexts: LongTexts;
  nextIds: (form: CarrierProfile['ids']) => MessageIds;
  system(systemId: string): System;
}
