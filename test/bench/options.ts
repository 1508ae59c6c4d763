import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BARE_ROWS, ROWS } from './rows.ts';

const NAMES = [...Object.keys(ROWS), ...Object.keys(BARE_ROWS)];
const PLOT_FILE = new URL('../../src/routing/regret.svg', import.meta.url);

export interface Options {
  rows: readonly string[];
  quick: boolean;
  jsonFile: string | undefined;
  profileDir: string | undefined;
  plotFile: string | undefined;
}

export const USAGE = `Usage: npm run bench [-- [row …] [--quick] [--json FILE] [--profile DIR] [--plot]]

Rows: ${NAMES.join(', ')}; all of them when none is named.

  --quick        small counts: that everything runs, not how fast
  --json FILE    writes every number that the table was made from
  --profile DIR  writes CPU profiles of the processes under test, and what they spent themselves on;
                 with the embedded PostgreSQL also its statements. The numbers are worse then.
  --plot         draws the routing row's regret over time into src/routing/regret.svg

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
      plot: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const unknown = positionals.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no row ${unknown.join(', ')}. There are: ${NAMES.join(', ')}.`);
  return {
    rows: positionals.length > 0 ? positionals : NAMES,
    quick: values.quick,
    jsonFile: values.json,
    profileDir: values.profile === undefined ? undefined : resolve(values.profile),
    plotFile: values.plot ? fileURLToPath(PLOT_FILE) : undefined,
  };
}
