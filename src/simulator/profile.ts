import type { Alphabet } from '../carriers/smpp/alphabets.ts';
import type { ReceiptWord } from '../carriers/smpp/receipt-states.ts';
import { STATUS } from '../carriers/smpp/status.ts';

/** Milliseconds, drawn evenly between the two. */
export type Range = readonly [min: number, max: number];

/** How a simulated carrier behaves. Shares are 0–1 and drawn for each message anew. */
export interface CarrierProfile {
  /** One line for a person. */
  summary: string;
  /** From the submit to its response. */
  responseMs: Range;
  /** From the submit to the handset and the receipt; below `responseMs` the receipt comes first. */
  receiptMs: Range;
  /** `shuffled`: the final state first, then what should have come before it. */
  receipts: 'none' | 'once' | 'twice' | 'shuffled';
  /** Of a text in several segments: a receipt for each of them, or for the first or last one only. */
  partReceipts: 'each' | 'first' | 'last';
  /** Whether receipts carry message id and state in TLVs besides the text. */
  receiptTlvs: boolean;
  ids: 'decimal' | 'hexThenDecimal' | 'same';
  /** What `data_coding` 0 means to this carrier. */
  alphabet: Alphabet;
  /** Binds above it are refused with 0x05; absent: no limit. */
  maxBinds?: number;
  /** Submits above it are answered with 0x58; absent: no limit. */
  maxPerSecond?: number;
  refusedShare: number;
  /** The command_status of a refusal. */
  refusalStatus: number;
  /** Share of what is taken that is neither delivered nor reported. */
  lostShare: number;
  undeliveredShare: number;
  /** `err` of what is not delivered, one of them by chance. */
  undeliveredErrors: readonly number[];
  /** Share of the submits that are never answered, nor delivered. */
  ignoredShare: number;
  /** Share of the submits that are answered with bytes that are no SMPP. */
  rubbishShare: number;
  /** Share of the submits at which the link breaks instead of the response; the message is delivered. */
  hangUpShare: number;
}

const NORMAL: CarrierProfile = {
  summary: 'answers within 20 ms, delivers within half a second',
  responseMs: [5, 20],
  receiptMs: [100, 500],
  receipts: 'once',
  partReceipts: 'each',
  receiptTlvs: true,
  ids: 'decimal',
  alphabet: 'gsm',
  refusedShare: 0,
  refusalStatus: STATUS.RSUBMITFAIL,
  lostShare: 0,
  undeliveredShare: 0,
  // Vendors' common numbers: unknown number, busy, memory full, out of reach.
  undeliveredErrors: [1, 31, 40, 60],
  ignoredShare: 0,
  rubbishShare: 0,
  hangUpShare: 0,
};

/** Each name is also a system id that may bind, so none is longer than the 15 characters of one. */
export const PROFILES = {
  normal: NORMAL,
  instant: {
    ...NORMAL,
    summary: 'answers at once and delivers at once',
    responseMs: [0, 0],
    receiptMs: [0, 0],
  },
  slow: {
    ...NORMAL,
    summary: 'answers after 1–2 s, delivers after 4–8 s',
    responseMs: [1_000, 2_000],
    receiptMs: [4_000, 8_000],
  },
  late: {
    ...NORMAL,
    summary: 'answers after 6–7 s, when nobody waits any more, then delivers',
    responseMs: [6_000, 7_000],
    receiptMs: [7_100, 7_500],
  },
  throttling: { ...NORMAL, summary: 'takes 50 messages a second, answers 0x58 above', maxPerSecond: 50 },
  oneBind: { ...NORMAL, summary: 'refuses a bind with 0x05 while another one is there', maxBinds: 1 },
  rejecting: { ...NORMAL, summary: 'refuses every message with 0x45', refusedShare: 1 },
  undelivered: {
    ...NORMAL,
    summary: 'takes every message and delivers none',
    undeliveredShare: 1,
    receiptTlvs: false,
  },
  blackhole: { ...NORMAL, summary: 'takes every message; no receipt, no delivery', lostShare: 1 },
  noReceipts: { ...NORMAL, summary: 'delivers every message; no receipt', receipts: 'none' },
  silent: { ...NORMAL, summary: 'never answers a submit', ignoredShare: 1 },
  earlyReceipt: {
    ...NORMAL,
    summary: 'sends the receipt 50 ms before the response',
    responseMs: [60, 60],
    receiptMs: [10, 10],
  },
  oneReceipt: {
    ...NORMAL,
    summary: 'sends one receipt for a text of several segments, with the id of the last',
    partReceipts: 'last',
  },
  duplicates: { ...NORMAL, summary: 'sends every receipt twice', receipts: 'twice' },
  outOfOrder: {
    ...NORMAL,
    summary: 'sends the final receipt, then ACCEPTD and ENROUTE',
    receipts: 'shuffled',
  },
  hexIds: {
    ...NORMAL,
    summary: 'answers ids in hex, sends receipts with them in decimal and without TLVs',
    ids: 'hexThenDecimal',
    receiptTlvs: false,
  },
  sameId: { ...NORMAL, summary: 'answers the same id for every message', ids: 'same' },
  garbage: { ...NORMAL, summary: 'answers one submit in five with rubbish bytes', rubbishShare: 0.2 },
  flaky: { ...NORMAL, summary: 'breaks the connection at one submit in fifty', hangUpShare: 0.02 },
} as const satisfies Record<string, CarrierProfile>;

export type ProfileName = keyof typeof PROFILES;

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

export interface PlannedReceipt {
  afterMs: number;
  stat: ReceiptWord;
  err: number;
}

/** What will happen to a submit. */
export type MessagePlan =
  | { kind: 'refused'; status: number; afterMs: number }
  | { kind: 'ignored' }
  | { kind: 'rubbish' }
  | {
      kind: 'accepted';
      /** `undefined`: the link breaks instead. */
      responseAfterMs: number | undefined;
      /** `undefined`: the text never reaches the handset. */
      deliveredAfterMs: number | undefined;
      receipts: PlannedReceipt[];
    };

export interface SubmitTraits {
  /** SMPP v3.4 §5.2.17: whether the sender wants receipts. */
  registeredDelivery: number;
  /** What is left of its validity period, `undefined` when it has none. */
  validForMs: number | undefined;
}

const REPEAT_AFTER_MS = 50;

/** Decides the whole fate of a message at its submit. `random` is uniform in [0, 1). */
export function planMessage(
  profile: CarrierProfile,
  submit: SubmitTraits,
  random: () => number,
): MessagePlan {
  const happens = (share: number) => share > 0 && random() < share;
  const responseAfterMs = draw(profile.responseMs, random);
  if (happens(profile.rubbishShare)) return { kind: 'rubbish' };
  if (happens(profile.ignoredShare)) return { kind: 'ignored' };
  if (happens(profile.refusedShare)) {
    return { kind: 'refused', status: profile.refusalStatus, afterMs: responseAfterMs };
  }
  const hangsUp = happens(profile.hangUpShare);
  const end = decideEnd(profile, submit, random);
  const isLost = happens(profile.lostShare);
  return {
    kind: 'accepted',
    responseAfterMs: hangsUp ? undefined : responseAfterMs,
    deliveredAfterMs: !isLost && end.stat === 'DELIVRD' ? end.afterMs : undefined,
    receipts: !isLost && wantsReceipt(submit.registeredDelivery, end.stat) ? spread(profile, end) : [],
  };
}

function decideEnd(profile: CarrierProfile, submit: SubmitTraits, random: () => number): PlannedReceipt {
  const afterMs = draw(profile.receiptMs, random);
  if (submit.validForMs !== undefined && afterMs > submit.validForMs) {
    return { afterMs: Math.max(0, submit.validForMs), stat: 'EXPIRED', err: 0 };
  }
  if (profile.undeliveredShare > 0 && random() < profile.undeliveredShare) {
    const errors = profile.undeliveredErrors;
    return { afterMs, stat: 'UNDELIV', err: errors[Math.floor(random() * errors.length)]! };
  }
  return { afterMs, stat: 'DELIVRD', err: 0 };
}

function wantsReceipt(registeredDelivery: number, stat: ReceiptWord): boolean {
  const wish = registeredDelivery & 0x03;
  return wish === 1 || (wish === 2 && stat !== 'DELIVRD');
}

function spread(profile: CarrierProfile, end: PlannedReceipt): PlannedReceipt[] {
  const later = end.afterMs + REPEAT_AFTER_MS;
  switch (profile.receipts) {
    case 'none':
      return [];
    case 'once':
      return [end];
    case 'twice':
      return [end, { ...end, afterMs: later }];
    case 'shuffled':
      return [
        end,
        { afterMs: later, stat: 'ACCEPTD', err: 0 },
        { afterMs: later + REPEAT_AFTER_MS, stat: 'ENROUTE', err: 0 },
      ];
    default:
      throw new Error(`unhandled receipts: ${profile.receipts satisfies never}`);
  }
}

function draw([min, max]: Range, random: () => number): number {
  return min === max ? min : min + random() * (max - min);
}
