import type { CarrierError, OutboundMessage, SubmitOutcome } from '../carrier.ts';
import { countSegments } from '../smpp/text.ts';
import { idOf, readDocument, textOf, wordsOf, type BodyFormat } from '../../outgoing/http/document.ts';
import type { Answer } from '../../outgoing/http/exchange.ts';
import { valueAt, type Pointer } from '../../outgoing/http/pointer.ts';
import { withoutEcho } from './redact.ts';
import { retryAfterMs } from '../../outgoing/http/retry-after.ts';

/** What a header may ask for at most: longer than any code lives here, and no typing error stops a carrier for days. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** What an answer can mean for a message. */
export const MEANINGS = [
  /** Taken; it has the carrier's id. */
  'accepted',
  /** Less traffic now: the whole carrier slows down, the message loses nothing. */
  'throttled',
  /** Worth another try here, later. */
  'temporary',
  /** This route would refuse it again (its sender, say); worth a try over others, at once. */
  'elsewhere',
  /** Nobody knows what it means: worth a try over one other route, at once. */
  'ambiguous',
  /** No other route helps. */
  'permanent',
  /** Us, not the message: credentials, credit, maintenance. The carrier rests, the message goes elsewhere. */
  'unavailable',
  /** It may have been taken. */
  'unknown',
] as const;
export type Meaning = (typeof MEANINGS)[number];

export interface Rule {
  /** Any of these; `undefined` for every status. */
  status: readonly (number | '2xx' | '3xx' | '4xx' | '5xx')[] | undefined;
  field: { at: Pointer; is: ReadonlySet<string> } | { at: Pointer; exists: boolean } | undefined;
  meaning: Meaning;
}

export interface AnswerReader {
  format: BodyFormat;
  /** `ours`: the carrier names our attempt in its receipts instead of giving an id. */
  messageId: Pointer | 'ours';
  whenIdIsMissing: 'unknown' | 'accepted';
  segments: Pointer | undefined;
  errorCode: Pointer | undefined;
  errorMessage: Pointer | undefined;
  /** The first that fits decides. */
  rules: readonly Rule[];
  /** What must not come back to us in a carrier's words. */
  secrets: readonly string[];
}

/** What an answer says about its message, before the carrier as a whole is considered. */
export type AnswerOutcome =
  | Exclude<SubmitOutcome, { kind: 'throttled' }>
  /** `retryAfterMs`: what the carrier asked for, if it said anything. */
  | { kind: 'throttled'; retryAfterMs: number | undefined };

export function readAnswer(
  answer: Answer,
  reader: AnswerReader,
  message: OutboundMessage,
  now: number,
): AnswerOutcome {
  const { status } = answer;
  const document = answer.incomplete === undefined ? readDocument(answer.body, reader.format) : undefined;
  const at = (pointer: Pointer | undefined) => pointer && document && valueAt(document.root, pointer);
  const meaning =
    reader.rules.find((rule) => fits(rule, status, document))?.meaning ??
    usualMeaning(answer, reader, document);
  const said = (pointer: Pointer | undefined, maxLength: number) => {
    const words = wordsOf(at(pointer), maxLength);
    return words && withoutEcho(words, message, reader.secrets);
  };
  const words = said(reader.errorMessage, 160);
  const error: CarrierError = {
    code: said(reader.errorCode, 40) ?? `http_${status}`,
    message: words ?? `the carrier answered ${status}`,
  };
  switch (meaning) {
    case 'accepted':
      return accepted();
    case 'throttled':
      return {
        kind: 'throttled',
        retryAfterMs: retryAfterMs(answer.retryAfter, now, LONGEST_RETRY_AFTER_MS),
      };
    case 'temporary':
      return { kind: 'rejected', error, retry: 'later' };
    case 'elsewhere':
      return { kind: 'rejected', error, retry: 'elsewhere' };
    case 'ambiguous':
      return { kind: 'rejected', error, retry: 'once' };
    case 'permanent':
      return { kind: 'rejected', error, retry: 'never' };
    case 'unavailable':
      return { kind: 'unavailable', reason: words === undefined ? refusalOfUs(status) : inWords(error) };
    case 'unknown':
      return { kind: 'unknown', reason: `answered ${status}, but ${answer.incomplete ?? unclear(document)}` };
    default:
      throw new Error(`unhandled meaning: ${meaning satisfies never}`);
  }

  function accepted(): AnswerOutcome {
    const id = reader.messageId === 'ours' ? message.attemptId : idOf(at(reader.messageId));
    if (id === undefined && reader.whenIdIsMissing === 'unknown') {
      const why = answer.incomplete ?? (document ? 'without the id of the message' : unclear(document));
      return { kind: 'unknown', reason: `answered ${status}, but ${why}` };
    }
    const told = Number(textOf(at(reader.segments)) ?? NaN);
    const segments = Number.isInteger(told) && told >= 1 && told <= 255 ? told : countSegments(message.text);
    return { kind: 'accepted', carrierMessageId: id ?? message.attemptId, segments };
  }
}

function fits({ status, field }: Rule, given: number, document: { root: unknown } | undefined): boolean {
  if (status && !status.some((one) => one === given || one === `${Math.floor(given / 100)}xx`)) return false;
  if (field === undefined) return true;
  if (document === undefined) return false;
  const value = valueAt(document.root, field.at);
  if ('exists' in field) return (value !== undefined && value !== null) === field.exists;
  const text = textOf(value);
  return text !== undefined && field.is.has(text);
}

/** What a status means where the configuration says nothing. */
function usualMeaning(
  { status, retryAfter }: Answer,
  { rules, messageId }: AnswerReader,
  document: { root: unknown } | undefined,
): Meaning {
  if (status >= 200 && status < 300) {
    // A configuration that says what accepted looks like has been shown something else; and where it looks
    // into the body for errors, a body that cannot be read may hold one.
    if (rules.some(({ meaning }) => meaning === 'accepted')) return 'unknown';
    const isBlind = document === undefined && rules.some(({ field }) => field !== undefined);
    return messageId === 'ours' && isBlind ? 'unknown' : 'accepted';
  }
  if (status === 429 || (status === 503 && retryAfter !== undefined)) return 'throttled';
  if (status === 408 || status === 425 || (status >= 500 && status < 600)) return 'temporary';
  if (status >= 300 && status < 400) return 'unavailable';
  if ([401, 402, 403, 404, 405, 407].includes(status)) return 'unavailable';
  return status >= 400 && status < 500 ? 'ambiguous' : 'unknown';
}

function refusalOfUs(status: number): string {
  if (status >= 300 && status < 400)
    return `answers with a redirect (${status}), which is not followed: correct the URL`;
  if (status === 402) return 'wants to be paid first (402)';
  if (status === 404 || status === 405) return `has nothing for us at this URL (${status})`;
  return status === 401 || status === 403 || status === 407
    ? `refuses our credentials (${status})`
    : `refuses us (${status})`;
}

function inWords({ code, message }: CarrierError): string {
  return `refuses us: ${message} (${code})`;
}

function unclear(document: { root: unknown } | undefined): string {
  return document ? 'with something that no rule knows' : 'the body is not of the format that was agreed';
}
