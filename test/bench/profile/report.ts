import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { summarizeProfile } from './self-time.ts';

/** Writes what all profiles of a run say into one file. @returns its path */
export async function writeProfileReport(dir: string): Promise<string> {
  const names = (await readdir(dir)).sort();
  const parts: string[] = [];
  for (const name of names) {
    if (name.endsWith('.cpuprofile')) parts.push(await summarizeProfile(join(dir, name)));
    if (name.endsWith('.statements')) parts.push(`${name}\n${await readFile(join(dir, name), 'utf8')}\n`);
  }
  const path = join(dir, 'report.txt');
  await writeFile(path, parts.join('\n'));
  return path;
}
