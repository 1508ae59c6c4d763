import { readDocument, textOf, type BodyFormat } from '../outgoing/http/document.ts';
import type { Answer } from '../outgoing/http/exchange.ts';
import { valueAt, type Pointer } from '../outgoing/http/pointer.ts';
import type { LineType, NumberFacts } from './resolution.ts';

/** The part of a configuration that reads answers, with its pointers taken apart. */
export interface LookupReader {
  format: BodyFormat;
  operator: { at: Pointer; values: ReadonlyMap<string, string> } | { mcc: Pointer; mnc: Pointer };
  lineType: Words<LineType> | undefined;
  ported: Words<boolean> | undefined;
  reachable: Words<boolean> | undefined;
  unknown: readonly UnknownRule[];
}

export interface Words<T> {
  at: Pointer;
  /** By the provider's word in small letters. */
  values: ReadonlyMap<string, T>;
}

export interface UnknownRule {
  status: readonly number[] | undefined;
  field: { at: Pointer; is: ReadonlySet<string> } | undefined;
}

export type LookupOutcome =
  /** `oddity`: what of it could not be understood, for who wrote the configuration. */
  | { kind: 'answered'; facts: NumberFacts; oddity?: string }
  /** `closed`: another number would be refused as well. */
  | { kind: 'failed'; reason: string; closed: boolean };

const NOTHING: NumberFacts = { operator: null, lineType: null, ported: null, reachable: null };

/** What an answer says of the number that was asked for. It is never told which: nothing here can repeat it. */
export function readLookup(answer: Answer, reader: LookupReader): LookupOutcome {
  const { status } = answer;
  const document = answer.incomplete === undefined ? readDocument(answer.body, reader.format) : undefined;
  const root = document?.root;
  if (reader.unknown.some((rule) => fits(rule, status, root))) return { kind: 'answered', facts: NOTHING };
  if (status < 200 || status >= 300) return refused(status);
  if (!document) return failed(answer.incomplete ?? 'the body is not of the format that was agreed');
  const read = operatorOf(root, reader.operator);
  if ('missing' in read) return failed(`the answer has nothing at ${read.missing}`);
  const facts: NumberFacts = {
    operator: read.operator,
    lineType: wordOf(root, reader.lineType),
    ported: wordOf(root, reader.ported),
    reachable: wordOf(root, reader.reachable),
  };
  return { kind: 'answered', facts, ...(read.oddity !== undefined && { oddity: read.oddity }) };
}

function fits({ status, field }: UnknownRule, given: number, root: unknown): boolean {
  if (status && !status.includes(given)) return false;
  if (!field) return true;
  const text = textOf(valueAt(root, field.at));
  return text !== undefined && field.is.has(text);
}

/** `missing`: the pointer leads nowhere, so it is wrong; null or an empty text there are an answer. */
type ReadOperator = { operator: string | null; oddity?: string } | { missing: string };

function operatorOf(root: unknown, where: LookupReader['operator']): ReadOperator {
  if ('mcc' in where) {
    const [mcc, mnc] = [valueAt(root, where.mcc), valueAt(root, where.mnc)];
    if (mcc === undefined) return { missing: nameOf(where.mcc) };
    if (mnc === undefined) return { missing: nameOf(where.mnc) };
    if (isNothing(mcc) || isNothing(mnc)) return { operator: null };
    return orOdd(joinMccMnc(textOf(mcc), textOf(mnc)));
  }
  const value = valueAt(root, where.at);
  if (value === undefined) return { missing: nameOf(where.at) };
  if (isNothing(value)) return { operator: null };
  const text = textOf(value) ?? '';
  const known = where.values.get(text.toLowerCase());
  if (known !== undefined) return { operator: known };
  const digits = text.replace(/[\s/-]/g, '');
  return orOdd(/^\d{5,6}$/.test(digits) ? digits : undefined);
}

function orOdd(operator: string | undefined): ReadOperator {
  if (operator !== undefined) return { operator };
  return { operator: null, oddity: 'the operator is neither MCC and MNC nor one of "values"' };
}

/** North American networks have three digits, also when a JSON number lost the zeros in front. */
function joinMccMnc(mcc = '', mnc = ''): string | undefined {
  if (!/^\d{3}$/.test(mcc) || !/^\d{1,3}$/.test(mnc)) return undefined;
  return mcc + mnc.padStart(/^31[0-6]$|^302$/.test(mcc) ? 3 : 2, '0');
}

function wordOf<T>(root: unknown, words: Words<T> | undefined): T | null {
  if (!words) return null;
  const text = textOf(valueAt(root, words.at));
  return text === undefined ? null : (words.values.get(text.toLowerCase()) ?? null);
}

function isNothing(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '');
}

function nameOf(pointer: Pointer): string {
  return `/${pointer.join('/')}`;
}

function failed(reason: string): LookupOutcome {
  return { kind: 'failed', reason, closed: false };
}

function refused(status: number): LookupOutcome {
  if (status >= 300 && status < 400) {
    const reason = `it answers with a redirect (${status}), which is not followed: correct the URL`;
    return { kind: 'failed', reason, closed: true };
  }
  return {
    kind: 'failed',
    reason: `it answers ${status}`,
    closed: [401, 402, 403, 405, 407].includes(status),
  };
}
