import { parsePointer } from '../outgoing/http/pointer.ts';
import type { LookupReader, Words } from './lookup-answer.ts';
import type { NumberLookupConfig } from './lookup-config.ts';
import type { LineType } from './resolution.ts';

// What nearly every provider means by these; a configuration's own words come first.
const LINE_TYPE_WORDS: Readonly<Record<string, LineType>> = {
  mobile: 'mobile',
  cellular: 'mobile',
  fixed: 'fixed',
  landline: 'fixed',
  'fixed-line': 'fixed',
  fixed_line: 'fixed',
  'fixed line': 'fixed',
  voip: 'voip',
  'toll-free': 'tollFree',
  toll_free: 'tollFree',
  tollfree: 'tollFree',
};
const FLAG_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  '1': true,
  false: false,
  no: false,
  n: false,
  '0': false,
};

/** Takes the pointers of a configuration apart once. */
export function lookupReader({ answer }: NumberLookupConfig): LookupReader {
  const { operator, lineType, ported, reachable } = answer;
  return {
    format: answer.format,
    operator:
      'mcc' in operator
        ? { mcc: parsePointer(operator.mcc)!, mnc: parsePointer(operator.mnc)! }
        : { at: parsePointer(operator.at)!, values: inSmallLetters(operator.values) },
    lineType: words(lineType, LINE_TYPE_WORDS),
    ported: words(ported, FLAG_WORDS),
    reachable: words(reachable, FLAG_WORDS),
    unknown: answer.unknown.map(({ status, at, is }) => ({
      status,
      field: at === undefined ? undefined : { at: parsePointer(at)!, is: new Set(is!.map(String)) },
    })),
  };
}

function words<T>(
  field: { at: string; values: Record<string, T> } | null,
  usual: Readonly<Record<string, T>>,
): Words<T> | undefined {
  if (!field) return undefined;
  return { at: parsePointer(field.at)!, values: inSmallLetters({ ...usual, ...field.values }) };
}

function inSmallLetters<T>(values: Readonly<Record<string, T>>): Map<string, T> {
  return new Map(Object.entries(values).map(([word, value]) => [word.toLowerCase(), value]));
}
