import { parseArgs } from 'node:util';
import { parseId, type AccountId } from '../../ids.ts';

export interface VerifyOptions {
  help: boolean;
  /** Only this one. */
  accountId: AccountId | undefined;
  /** Files of what was kept elsewhere. */
  checkpoint: string | undefined;
  keys: string | undefined;
}

export const VERIFY_HELP = `Looks whether the audit log is what was written, beside the processes that serve.

Usage: npm run audit:verify [-- --account acc_… --checkpoint FILE --keys FILE]

  --account acc_…     only that account's log
  --checkpoint FILE   also compares with checkpoints that were kept elsewhere: what GraphQL auditCheckpoints or
                      GET /v1/audit/checkpoints answered, or the signatures alone
  --keys FILE         a JWK set that was kept elsewhere (GET /v1/audit/keys), should keys be lost here
  --help              this

It names the first row of each log that was edited, deleted, swapped with another one or cut off, and then ends
with the code 1. What it cannot know, and why: src/audit/README.md.
`;

/** @throws {Error} for an option that there is none of, or an id that is none */
export function parseVerifyOptions(args: readonly string[]): VerifyOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      account: { type: 'string' },
      checkpoint: { type: 'string' },
      keys: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const accountId = values.account === undefined ? undefined : parseId('acc', values.account);
  if (values.account !== undefined && !accountId)
    throw new Error(`"${values.account}" is no id of an account: acc_ and 32 hexadecimal digits.`);
  const { help, checkpoint, keys } = values;
  return { help, accountId, checkpoint, keys };
}
