import { parseId } from '../ids.ts';
import { parseJson } from '../parse-json.ts';
import { MARK_BYTES, type Erasure } from './erasures.ts';

/** An erasure as a line of the ledger outside of the database. */
export function writeLine({ accountId, id, erasedAt, marks, forgetOptOut }: Erasure): string {
  const line = {
    ...{ accountId, id, erasedAt, marks: marks.map((mark) => mark.toString('hex')) },
    ...(forgetOptOut && { forgetOptOut }),
  };
  return `${JSON.stringify(line)}\n`;
}

/** @returns undefined for what is no such line: one that was cut when the machine stopped */
export function readLine(line: string): Erasure | undefined {
  const { accountId, id, erasedAt, marks, forgetOptOut } = (parseJson(line) ?? {}) as Record<string, unknown>;
  const account = parseId('acc', String(accountId));
  const receipt = parseId('rcp', String(id));
  const at = new Date(String(erasedAt));
  if (!account || !receipt || Number.isNaN(at.getTime()) || !Array.isArray(marks)) return undefined;
  return {
    accountId: account,
    id: receipt,
    erasedAt: at,
    marks: marks
      .map((mark) => Buffer.from(String(mark), 'hex'))
      .filter(({ length }) => length === MARK_BYTES),
    forgetOptOut: forgetOptOut === true,
  };
}
