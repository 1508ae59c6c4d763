import { parseArgs } from 'node:util';

export interface RotateOptions {
  help: boolean;
  /** New data keys for all, and all values sealed anew. */
  data: boolean;
}

export const ROTATE_HELP = `Wraps all data keys under the current key-encryption key, while Otpost serves.

Usage: npm run keys:rotate [-- --data]

  --data   also gives every account new data keys, and seals all stored values anew under them
  --help   this

With keys of your own: put a new one first (OTPOST_KEYS="k2:…,k1:…", or the file of OTPOST_KEYS_FILE), let
every process know it, then run this with the same environment. It ends by saying which keys may go.
Interrupted, it goes on where it stopped.
`;

/** @throws {Error} for an option that there is none of */
export function parseRotateOptions(args: readonly string[]): RotateOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values;
}
