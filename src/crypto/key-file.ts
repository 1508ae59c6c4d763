import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDir } from '../make-dir.ts';

/**
 * The root key of a development installation: made at the first start, found by every later one.
 * @returns the path of the file
 */
export async function ensureKeyFile(dataDir: string): Promise<string> {
  const path = join(dataDir, 'keys');
  await makeDir(dataDir);
  try {
    // Only if it is not there: of two processes that start together one makes it, both read it.
    await writeFile(path, `k1:${randomBytes(32).toString('base64')}`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return path;
}
