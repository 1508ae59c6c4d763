export type ReceiptState = 'enroute' | 'delivered' | 'undelivered';

/** The states of SMPP v3.4 appendix B, then those that vendors add. */
const STATES = {
  ENROUTE: { state: 'enroute', words: 'on its way' },
  ACCEPTD: { state: 'enroute', words: 'taken over by the carrier' },
  DELIVRD: { state: 'delivered', words: 'delivered' },
  EXPIRED: { state: 'undelivered', words: 'could not be delivered in its time' },
  DELETED: { state: 'undelivered', words: 'deleted by the carrier' },
  UNDELIV: { state: 'undelivered', words: 'could not be delivered' },
  UNKNOWN: { state: 'undelivered', words: 'the carrier does not know what became of it' },
  REJECTD: { state: 'undelivered', words: 'refused by the network' },
  BUFFRED: { state: 'enroute', words: 'waiting at the carrier' },
  SCHEDLD: { state: 'enroute', words: 'scheduled by the carrier' },
  SKIPPED: { state: 'undelivered', words: 'skipped by the carrier' },
  NOCRED: { state: 'undelivered', words: 'no credit left at the carrier' },
  SYSERR: { state: 'undelivered', words: 'a system error at the carrier' },
  FAILED: { state: 'undelivered', words: 'failed at the carrier' },
} as const satisfies Record<string, { state: ReceiptState; words: string }>;

export type ReceiptWord = keyof typeof STATES;

/** Beginnings of the long forms that some vendors write, such as DELIVERED or UNDELIVERABLE. */
const LONG_FORMS: readonly (readonly [string, ReceiptWord])[] = [
  ['DELIV', 'DELIVRD'],
  ['UNDELIV', 'UNDELIV'],
  ['ACCEPT', 'ACCEPTD'],
  ['EXPIR', 'EXPIRED'],
  ['REJECT', 'REJECTD'],
  ['DELET', 'DELETED'],
  ['BUFF', 'BUFFRED'],
  ['SCHED', 'SCHEDLD'],
];

/** `message_state` values, in their order (SMPP v3.4 §5.2.28; 0 and 9 are from v5.0 §4.7.15). */
const MESSAGE_STATES: readonly ReceiptWord[] = [
  'SCHEDLD',
  'ENROUTE',
  'DELIVRD',
  'EXPIRED',
  'DELETED',
  'UNDELIV',
  'ACCEPTD',
  'UNKNOWN',
  'REJECTD',
  'SKIPPED',
];

/** The `stat` word of a `message_state`, `undefined` for a number that means nothing. */
export function wordOfMessageState(messageState: number | undefined): ReceiptWord | undefined {
  return messageState === undefined ? undefined : MESSAGE_STATES[messageState];
}

/** The `message_state` of a `stat` word; vendors' words have none. */
export function messageStateOf(word: ReceiptWord): number | undefined {
  const state = MESSAGE_STATES.indexOf(word);
  return state < 0 ? undefined : state;
}

/** What a `stat` word (upper case) means for the message, `undefined` for a word that nobody has told us. */
export function stateOfWord(word: string): ReceiptState | undefined {
  const known = knownWord(word);
  return known && STATES[known].state;
}

/** A `stat` word for a person. */
export function stateWords(word: string | undefined): string {
  const known = knownWord(word);
  return known ? STATES[known].words : STATES.UNDELIV.words;
}

/** The state that a word (upper case) or its beginning names. */
export function knownWord(word: string | undefined): ReceiptWord | undefined {
  if (word === undefined) return undefined;
  if (Object.hasOwn(STATES, word)) return word as ReceiptWord;
  return LONG_FORMS.find(([beginning]) => word.startsWith(beginning))?.[1];
}

/** What the `err` numbers usually mean. They are each carrier's own: this list is the commonest one. */
const COMMON_ERRORS: ReadonlyMap<number, string> = new Map([
  [1, 'unknown number'],
  [2, 'unknown number'],
  [5, 'unknown number'],
  [9, 'barred'],
  [10, 'barred'],
  [11, 'barred'],
  [12, 'barred'],
  [13, 'barred'],
  [31, 'the phone is busy'],
  [34, 'system failure'],
  [40, 'the phone’s memory is full'],
  [49, 'the phone’s memory is full'],
  [52, 'the phone’s memory is full'],
  [60, 'the phone is off or out of reach'],
  [61, 'the phone is off or out of reach'],
]);

/** The common meaning of a carrier's `err`, `undefined` when it is not in the list. */
export function errorWords(code: string): string | undefined {
  return /^\d+$/.test(code) ? COMMON_ERRORS.get(Number(code)) : undefined;
}

const PERMANENT_ERRORS: ReadonlySet<number> = new Set([1, 2, 5, 9, 10, 11, 12, 13]);

/**
 * Whether it commonly means that no time will help: an unknown number, or a barred one. As each carrier
 * may mean something else by it, one carrier's word is not enough to give a number up.
 */
export function isPermanentError(code: string): boolean {
  return /^\d+$/.test(code) && PERMANENT_ERRORS.has(Number(code));
}
