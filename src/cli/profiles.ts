import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { usage } from './exit.ts';
import { makeDir } from '../make-dir.ts';

const Profiles = z.object({
  current: z.string().optional(),
  profiles: z.record(z.string(), z.object({ url: z.string(), apiKey: z.string() })),
});

/** The servers that somebody works with, by the names that they gave them. */
export type Profiles = z.infer<typeof Profiles>;

/** Bits of a mode by which others than its owner reach a file. */
const OTHERS = 0o077;

export function profilesPath(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(base, 'otpost', 'config.json');
}

/** @throws {Failure} when others can read it, or it is not as it must be */
export async function readProfiles(path: string): Promise<Profiles> {
  let text: string;
  try {
    const { mode } = await stat(path);
    // On Windows the mode says nothing.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
      throw usage(`${path} has keys in it, and others can read it. Close it with: chmod 600 ${path}`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { profiles: {} };
    throw error;
  }
  try {
    return Profiles.parse(JSON.parse(text));
  } catch {
    throw usage(`${path} cannot be read: mend it, or remove it and run "otpost login" again.`);
  }
}

/** Whole or not at all, and for its owner alone. */
export async function writeProfiles(path: string, profiles: Profiles): Promise<void> {
  await makeDir(dirname(path), 0o700);
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
}
