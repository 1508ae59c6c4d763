import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest, type TrustedDocuments } from './trusted-documents.ts';

/**
 * Reads the operations of a file, or of all `.json` files of a directory: one for each client, and for each version of
 * it that is still about.
 * @throws {Error} that names the file
 */
export async function loadTrustedDocuments(path: string): Promise<TrustedDocuments> {
  const files = await filesAt(path);
  const documents = new Map<string, string>();
  for (const file of files) {
    try {
      for (const [hash, text] of readManifest(await readFile(file, 'utf8'))) documents.set(hash, text);
    } catch (error) {
      throw new Error(`TRUSTED_DOCUMENTS: ${file} cannot be used, ${(error as Error).message}.`, {
        cause: error,
      });
    }
  }
  return documents;
}

async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new Error(`TRUSTED_DOCUMENTS: there is nothing at ${path}.`);
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort();
  if (names.length === 0) throw new Error(`TRUSTED_DOCUMENTS: ${path} has no .json file in it.`);
  return names.map((name) => join(path, name));
}
