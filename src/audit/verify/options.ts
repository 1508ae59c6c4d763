import { parseArgs } from 'node:util';
import { parseId, type AccountId } from '../../ids.ts';

export interface VerifyOptions {
  help: boolean;
  /** Only this one. */
  accountId: AccountId | undefined;
}

export const VERIFY_HELP = `Looks whether the audit log is what was written, beside the processes that serve.

Usage: npm run audit:verify [-- --account acc_…]

  --account acc_…   only that account's log
  --help            this

It names the first row of each log that was edited, deleted, swapped with another one or cut off, and then ends
with the code 1. What it cannot know, and why: src/audit/README.md.
`;

/** @throws {Error} for an option that there is none of, or an id that is none */
export function parseVerifyOptions(args: readonly string[]): VerifyOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { account: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const accountId = values.account === undefined ? undefined : parseId('acc', values.account);
  if (values.account !== undefined && !accountId)
    throw new Error(`"${values.account}" is no id of an account: acc_ and 32 hexadecimal digits.`);
  return { help: values.help, accountId };
}
