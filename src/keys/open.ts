import type { Logger } from 'pino';
import type { KeyEncryption } from '../crypto/key-encryption.ts';
import { createKeyMemory } from '../crypto/key-memory.ts';
import { createKeyring, type Keyring } from '../crypto/keyring.ts';
import type { RootKeys } from '../crypto/root-keys.ts';
import type { Sql } from '../db/client.ts';
import { adoptInstallation } from './adopt.ts';
import { createKeyLoader, type KeyLoader } from './loader.ts';

/**
 * All keys of the installation, unwrapped; at the first start they are made.
 * @param roots undefined when a key management service wraps, and always did
 * @throws {KeyEncryptionFailed} in one line, when a key-encryption key is missing or does not unwrap
 */
export async function openKeys(
  { sql, kek, log }: { sql: Sql; kek: KeyEncryption; log: Logger },
  roots: RootKeys | undefined,
): Promise<{ keys: Keyring; loader: KeyLoader }> {
  await adoptInstallation(sql, kek, roots);
  const memory = createKeyMemory();
  const loader = createKeyLoader({ sql, kek, memory, log });
  await loader.loadAll();
  return { keys: createKeyring(memory, loader), loader };
}
