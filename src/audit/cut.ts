import type { AccountId } from '../ids.ts';
import { parseJson } from '../parse-json.ts';

/** So that no other thing that was signed is taken for one. */
export const CUT_TYPE = 'otpost-audit-cut';

/** First and last seq, both in it. */
export type SeqRange = readonly [first: number, last: number];

/** Entries of an account that went when their time was over. Their links stay in the chain. */
export interface Cut {
  accountId: AccountId;
  /** For how many days they were kept. */
  days: number;
  /** They were made before it, epoch milliseconds. */
  until: number;
  /** In their order. */
  ranges: readonly SeqRange[];
  /** Epoch milliseconds. */
  madeAt: number;
}

/** What is signed: JSON. @param issuer where the installation is reached */
export function encodeCut({ accountId, days, until, ranges, madeAt }: Cut, issuer: string): string {
  return JSON.stringify({
    iss: issuer,
    sub: accountId,
    days,
    until: new Date(until).toISOString(),
    seqs: ranges,
    made_at: new Date(madeAt).toISOString(),
  });
}

/** @returns undefined when it is none */
export function decodeCut(text: string): Cut | undefined {
  const { sub, days, until: end, seqs, made_at: time } = (parseJson(text) ?? {}) as Record<string, unknown>;
  const [until, madeAt] = [end, time].map((at) => (typeof at === 'string' ? Date.parse(at) : NaN)) as [
    number,
    number,
  ];
  if (typeof sub !== 'string' || !/^acc_[0-9a-f]{32}$/.test(sub)) return undefined;
  if (typeof days !== 'number' || Number.isNaN(until) || Number.isNaN(madeAt)) return undefined;
  if (!Array.isArray(seqs) || !seqs.every(isRange)) return undefined;
  return { accountId: sub as AccountId, days, until, ranges: seqs, madeAt };
}

function isRange(value: unknown): value is SeqRange {
  return Array.isArray(value) && value.length === 2 && value.every((seq) => Number.isSafeInteger(seq));
}

/** @param seqs in ascending order */
export function rangesOf(seqs: readonly number[]): SeqRange[] {
  const ranges: [number, number][] = [];
  for (const seq of seqs) {
    const last = ranges.at(-1);
    if (last && last[1] === seq - 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}

/** Whether entries went in their time. */
export function isCutBy(cuts: readonly Cut[]): (seq: number) => boolean {
  return (seq) => cuts.some(({ ranges }) => ranges.some(([first, last]) => first <= seq && seq <= last));
}
