import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Verifications in all; undefined: one per country or territory. */
  count: number | undefined;
  /** Starts per second; undefined: as fast as `CONCURRENCY` allows. */
  rate: number | undefined;
  /** A server to use, and a key for it; undefined: the one of dev.json, or a new one. */
  url: string | undefined;
  apiKey: string | undefined;
  simulatorUrl: string | undefined;
  /** With the test key of dev.json: no carrier is reached. */
  test: boolean;
  help: boolean;
}

export const DEMO_HELP = `Verifies phone numbers through a running Otpost, from the start to the approval.

Usage: npm run demo -- [options]

  --count N           how many verifications (default: one for each of 245 countries and territories)
  --rate N            starts per second, for a sustained run (default: as fast as they finish, 50 at once)
  --url URL           the server, e.g. http://127.0.0.1:4000 (default: the one of dev.json in DATA_DIR (.data)
                      if it answers, else a new one on free ports, stopped at the end)
  --api-key KEY       its API key       (with --url)
  --simulator URL     its handsets      (with --url, unless it is a test key)
  --test              as tests, with the test key of dev.json: nothing reaches a carrier, and codes are read over the API
  --help              this text

Ends with 0 when every verification was approved, else with 1 and the reasons of those that were not.
`;

/** @throws {Error} in one line that names the option */
export function parseOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      count: { type: 'string' },
      rate: { type: 'string' },
      url: { type: 'string' },
      'api-key': { type: 'string' },
      simulator: { type: 'string' },
      test: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const isTestKey = isForTests(values['api-key']);
  const needed = isTestKey ? [values.url] : [values.url, values['api-key'], values.simulator];
  const given = needed.filter((v) => v !== undefined).length;
  if (given !== 0 && given !== needed.length)
    throw new Error('--url, --api-key and --simulator belong together.');
  if (isTestKey && given === 0) throw new Error('--api-key needs the --url of its server.');
  return {
    count: positive('--count', values.count, true),
    rate: positive('--rate', values.rate, false),
    url: values.url,
    apiKey: values['api-key'],
    simulatorUrl: values.simulator,
    test: values.test ?? isTestKey,
    help: values.help ?? false,
  };
}

/** Whether a key makes tests: it shows in the key itself. */
function isForTests(apiKey: string | undefined): boolean {
  return apiKey?.startsWith('otp_test_') ?? false;
}

function positive(name: string, text: string | undefined, whole: boolean): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0) || (whole && !Number.isInteger(value)))
    throw new Error(`${name} takes a ${whole ? 'whole ' : ''}number above 0, not "${text}".`);
  return value;
}
