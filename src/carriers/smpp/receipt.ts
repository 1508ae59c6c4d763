import { readReceiptDate, writeReceiptDate } from './receipt-date.ts';
import {
  errorWords,
  isPermanentError,
  knownWord,
  type ReceiptState,
  type ReceiptWord,
  stateOfWord,
  stateWords,
  wordOfMessageState,
} from './receipt-states.ts';
import { errorWord } from '../http/redact.ts';
import { decodeText } from './text.ts';

/** The fields of a `deliver_sm` (or `data_sm`) that a receipt is read from. */
export interface ReceiptSource {
  shortMessage: Buffer;
  dataCoding: number;
  tlvs: ReceiptTlvs;
  /** When given, an intermediate notification (SMPP v3.4 §5.2.12, `0x20`) never ends a message. */
  esmClass?: number;
}

export interface ReceiptTlvs {
  /** 0x001E. */
  receiptedMessageId?: string | undefined;
  /** 0x0427, SMPP v3.4 §5.2.28. */
  messageState?: number | undefined;
  /** 0x0423: one octet of network type, two of the code. */
  networkErrorCode?: Buffer | undefined;
}

export interface Receipt {
  /** As the carrier wrote it. */
  carrierMessageId: string;
  state: ReceiptState;
  /** Only with `undelivered`: the carrier's `err` (or its state, when there is none) and what it says. */
  error?: { code: string; message: string };
  /** With an error that commonly means that trying again is in vain: one other route may tell. */
  retry?: 'once';
  /** The carrier's own clock, read as UTC: its zone is not in the receipt. */
  doneAt?: Date;
}

/**
 * Reads a delivery receipt (SMPP v3.4 appendix B, and what carriers make of it): keys in any order or
 * missing, in any data coding, TLVs before the text.
 * @returns `undefined` when it does not say which message it is about, or nothing about its state
 */
export function parseReceipt(source: ReceiptSource): Receipt | undefined {
  const { tlvs } = source;
  // Carriers print receipts in ASCII whatever their default alphabet: GSM 03.38 would read an id's `_` as `§`.
  const fields = readFields(decodeText(source.shortMessage, source.dataCoding, { alphabet: 'latin1' }));
  const carrierMessageId = idIn(tlvs.receiptedMessageId) ?? idIn(fields.get('id'));
  if (carrierMessageId === undefined) return undefined;

  const code = networkError(tlvs.networkErrorCode) ?? nonZero(keptWord(fields.get('err')));
  const word = wordOfMessageState(tlvs.messageState) ?? fields.get('stat')?.toUpperCase();
  let state = (word && stateOfWord(word)) || stateFromCounts(fields.get('dlvrd'), code);
  if (!state) return undefined;
  const intermediate = ((source.esmClass ?? 0) & 0x3c) === 0x20;
  if (intermediate && state === 'undelivered') state = 'enroute';

  const receipt: Receipt = { carrierMessageId, state };
  if (state === 'undelivered') {
    receipt.error = describe(word, code);
    if (code !== undefined && isPermanentError(code)) receipt.retry = 'once';
  }
  const doneAt = readReceiptDate(fields.get('done date') ?? '');
  if (doneAt) receipt.doneAt = doneAt;
  return receipt;
}

export interface ReceiptText {
  id: string;
  stat: ReceiptWord;
  submittedAt: Date;
  doneAt: Date;
  /** The carrier's error number, 0 when all went well. */
  err?: number;
  /** Beginning of the message; 20 characters of it go into the receipt. */
  text?: string;
}

/** Writes a receipt's text as SMPP v3.4 appendix B has it, dates in UTC with ten digits. */
export function formatReceipt(receipt: ReceiptText): string {
  const delivered = receipt.stat === 'DELIVRD' ? '001' : '000';
  return (
    `id:${receipt.id} sub:001 dlvrd:${delivered}` +
    ` submit date:${writeReceiptDate(receipt.submittedAt)} done date:${writeReceiptDate(receipt.doneAt)}` +
    ` stat:${receipt.stat} err:${String(receipt.err ?? 0).padStart(3, '0')}` +
    ` text:${(receipt.text ?? '').slice(0, 20)}`
  );
}

const KEY = /\b(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err|text)\s*:[ \t]*/gi;

/**
 * `text:` quotes the message, which may itself look like a receipt. What stands before it wins, the first
 * of each key; a receipt that begins with its text has its own keys last.
 */
function readFields(written: string): Map<string, string> {
  // NULs of C programs, mostly. None belongs into a word, and no database takes it.
  const text = written.replace(CONTROLS, ' ');
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  let pastText = false;
  const matches = [...text.matchAll(KEY)];
  for (const [i, match] of matches.entries()) {
    const key = match[1]!.toLowerCase().replace(/[ _]?date/, ' date');
    const start = match.index + match[0].length;
    const value = text.slice(start, matches[i + 1]?.index ?? text.length).trim();
    if (key === 'text') pastText = true;
    else if (value && pastText) after.set(key, firstWord(value));
    else if (value && !before.has(key)) before.set(key, firstWord(value));
  }
  return new Map([...after, ...before]);
}

const CONTROLS = /\p{Cc}/gu;

const firstWord = (value: string) => value.split(/\s/, 1)[0]!;

// What an answer can give: its field holds 65 octets and a NUL.
const MAX_ID_LENGTH = 65;

/** What stands there as an id of a message, `undefined` when it can be none: no answer has ever given it. */
function idIn(written: string | undefined): string | undefined {
  const id = written?.replace(CONTROLS, ' ').trim();
  return id && id.length <= MAX_ID_LENGTH && id.isWellFormed() ? id : undefined;
}

// Twice the longest state that carriers are known to write.
const MAX_WORD_LENGTH = 20;

/** A carrier's word as it may be kept: what is longer, or no word, may be a sentence or the phone number. */
function keptWord(word: string | undefined): string | undefined {
  return word && word.length <= MAX_WORD_LENGTH ? errorWord(word) : undefined;
}

const nonZero = (err: string | undefined) => (err && !/^0+$/.test(err) ? err : undefined);

function networkError(tlv: Buffer | undefined): string | undefined {
  if (!tlv || tlv.length < 3) return undefined;
  return nonZero(String(tlv.readUInt16BE(1)));
}

function stateFromCounts(dlvrd: string | undefined, code: string | undefined): ReceiptState | undefined {
  if (dlvrd && /^0*[1-9]\d*$/.test(dlvrd)) return 'delivered';
  return code ? 'undelivered' : undefined;
}

function describe(word: string | undefined, code: string | undefined): { code: string; message: string } {
  const state = stateWords(word);
  const reason = code && errorWords(code);
  const kept = code ?? keptWord(word) ?? knownWord(word) ?? 'UNDELIV';
  return { code: kept, message: reason ? `${state}: ${reason}` : state };
}
