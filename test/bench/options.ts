import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { ROWS } from './rows.ts';

export interface Options {
  rows: readonly string[];
  quick: boolean;
  jsonFile: string | undefined;
  profileDir: string | undefined;
}

export const USAGE = `Usage: npm run bench [-- [row …] [--quick] [--json FILE] [--profile DIR]]

Rows: ${Object.keys(ROWS).join(', ')}; all of them when none is named.

  --quick        small counts: that everything runs, not how fast
  --json FILE    writes every number that the table was made from
  --profile DIR  writes CPU profiles of the processes under test, and what they spent themselves on;
                 with the embedded PostgreSQL also its statements. The numbers are worse then.

DATABASE_URL and REDIS_URL are used when set; else an embedded PostgreSQL, and the Redis of 127.0.0.1:6379
or a redis-server from the PATH.
`;

/** @throws {Error} in one line */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const unknown = positionals.filter((name) => !Object.hasOwn(ROWS, name));
  if (unknown.length > 0)
    throw new Error(`There is no row ${unknown.join(', ')}. There are: ${Object.keys(ROWS).join(', ')}.`);
  return {
    rows: positionals.length > 0 ? positionals : Object.keys(ROWS),
    quick: values.quick,
    jsonFile: values.json,
    profileDir: values.profile === undefined ? undefined : resolve(values.profile),
  };
}
