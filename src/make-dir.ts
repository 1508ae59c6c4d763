import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder, with those above it. Node's own way of doing that (`recursive`) tries for ever where the file system
 * makes none, as below `/proc`, at the cost of a core (24.21).
 * @param mode of each folder that is made
 * @throws `ENOENT` where no folder can be made; `EEXIST`, `ENOTDIR`, `EACCES` … as `mkdir` does
 */
export async function makeDir(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(path);
    if (code === 'ENOENT' && above !== path) {
      await makeDir(above, mode);
      await mkdir(path, mode).catch(ignoreExisting);
    } else if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  }
}

/** Of two who make it at the same time one does. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
