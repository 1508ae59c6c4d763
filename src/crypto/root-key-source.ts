import { readFile } from 'node:fs/promises';
import { KeyEncryptionFailed } from './errors.ts';
import { parseRootKeys, type RootKeys } from './root-keys.ts';

/** Where the root keys are. */
export type RootKeyPlace = { text: string } | { file: string };

/** The root keys, as they were when they were last read. */
export interface RootKeySource {
  readonly keys: RootKeys;
  /**
   * Reads a file again, so that a key which was added to it is known without a restart.
   * @throws {Error} in one line; the keys stay as they were
   */
  reload(): Promise<void>;
}

/** @throws {Error} that names what is wrong with them, in one line */
export async function openRootKeys(place: RootKeyPlace): Promise<RootKeySource> {
  let keys = await read(place);
  return {
    get keys() {
      return keys;
    },
    async reload() {
      if (!('file' in place)) return;
      const next = await read(place);
      needSameKeys(keys, next, place.file);
      keys = next;
    },
  };
}

async function read(place: RootKeyPlace): Promise<RootKeys> {
  if ('text' in place) return parseRootKeys(place.text);
  const text = await readFile(place.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`The file of root keys ${place.file} cannot be read (${error.code ?? error.message}).`);
  });
  // One key in a line is as good as a comma between them.
  return parseRootKeys(text.trim().replaceAll(/\s*\r?\n\s*/g, ','), place.file);
}

/** What two keys of one name have wrapped, neither of them unwraps. */
function needSameKeys(before: RootKeys, after: RootKeys, file: string): void {
  for (const [id, secret] of after.secrets)
    if (before.secrets.get(id)?.equals(secret) === false)
      throw new KeyEncryptionFailed(
        `${file}: the key "${id}" is another one than it was. Put the one from before back, and give a new key a new id.`,
      );
}
