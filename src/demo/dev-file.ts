import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDir } from '../make-dir.ts';

/** What a newcomer needs, and what finds a server that runs: `dev.json` in the data directory. */
export interface DevFile {
  url: string;
  apiKey: string;
  /** Its verifications are tests: they reach no carrier. Absent in files from before there were such keys. */
  testApiKey?: string | undefined;
  simulatorUrl: string;
  /** The owner of the demo account; absent in a file from before there were people. */
  owner?: { email: string; password: string } | undefined;
}

/** @returns `undefined` when there is none, or none that can be read */
export async function readDevFile(dataDir: string): Promise<DevFile | undefined> {
  try {
    const { url, apiKey, testApiKey, simulatorUrl, owner } = JSON.parse(
      await readFile(pathIn(dataDir), 'utf8'),
    ) as Partial<DevFile>;
    return url && apiKey && simulatorUrl ? { url, apiKey, testApiKey, simulatorUrl, owner } : undefined;
  } catch {
    return undefined;
  }
}

export async function writeDevFile(
  dataDir: string,
  { url, apiKey, testApiKey, simulatorUrl, owner }: DevFile,
): Promise<void> {
  await makeDir(dataDir);
  const text = `${JSON.stringify({ url, apiKey, testApiKey, simulatorUrl, owner }, null, 2)}\n`;
  await writeFile(pathIn(dataDir), text, { mode: 0o600 });
}

const pathIn = (dataDir: string) => join(dataDir, 'dev.json');
