import type { Logger } from 'pino';
import { KeyEncryptionFailed } from '../crypto/errors.ts';
import type { KeyEncryption } from '../crypto/key-encryption.ts';
import { createKeyMemory, INSTALLATION, type KeyMemory } from '../crypto/key-memory.ts';
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
  needInstallationKeys(memory);
  return { keys: createKeyring(memory, loader), loader };
}

/** Without them every request would fail, and none would say why. @throws {KeyEncryptionFailed} */
function needInstallationKeys(memory: KeyMemory): void {
  if (memory.current(INSTALLATION) && memory.find(INSTALLATION, 'index')) return;
  throw new KeyEncryptionFailed(
    'The table data_keys lacks a key of the installation, "index" or its data key: nothing is found, and nobody gets in, without it. Put it back from a backup.',
  );
}
