import { readFile } from 'node:fs/promises';
import { KeyEncryptionFailed } from './errors.ts';
import type { KeyEncryption } from './key-encryption.ts';
import { createListedKeyEncryption } from './listed-key-encryption.ts';
import { openRootKeys, type RootKeyPlace } from './root-key-source.ts';
import type { RootKeys } from './root-keys.ts';
import type { VaultLogin } from './transit/access.ts';
import { vaultKeyName, type VaultAddress } from './transit/address.ts';
import { createVaultConnection, type VaultConnection } from './transit/connection.ts';
import { createVaultKeyEncryption } from './transit/key-encryption.ts';

/** How Vault is spoken to, should `OTPOST_KEYS` name one. */
export interface VaultSettings {
  namespace: string | undefined;
  /** PEM file of authorities to trust instead of the system's. */
  caFile: string | undefined;
  tokenFile: string | undefined;
  roleId: string | undefined;
  secretIdFile: string | undefined;
}

export interface OpenedKeyEncryption extends AsyncDisposable {
  kek: KeyEncryption;
  roots: RootKeys;
}

/** @throws {Error} in one line, when something of it cannot be read or is not enough */
export async function openKeyEncryption(
  place: RootKeyPlace,
  settings: VaultSettings,
): Promise<OpenedKeyEncryption> {
  const source = await openRootKeys(place);
  const ca = await readCa(settings.caFile);
  if (source.keys.vault) loginOf(settings);
  let known: { at: string; connection: VaultConnection; kek: KeyEncryption } | undefined;

  // Made when it is first needed: a file of keys may come to name another Vault.
  function vaultAt(address: VaultAddress): KeyEncryption {
    const at = `${address.origin.href} ${vaultKeyName(address)}`;
    if (known?.at !== at) {
      known?.connection.close();
      const { namespace } = settings;
      const login = loginOf(settings);
      const connection = createVaultConnection({ origin: address.origin, login, namespace, ca });
      known = { at, connection, kek: createVaultKeyEncryption(address, connection) };
    }
    return known.kek;
  }
  return {
    kek: createListedKeyEncryption(source, vaultAt),
    roots: source.keys,
    [Symbol.asyncDispose]: () => Promise.resolve(known?.connection.close()),
  };
}

function loginOf({ tokenFile, roleId, secretIdFile }: VaultSettings): VaultLogin {
  if (roleId !== undefined && secretIdFile !== undefined) return { by: 'appRole', roleId, secretIdFile };
  if (tokenFile !== undefined) return { by: 'token', file: tokenFile };
  throw new KeyEncryptionFailed(
    'OTPOST_KEYS names a Vault, which wants to know who we are: set VAULT_TOKEN_FILE, or VAULT_ROLE_ID and VAULT_SECRET_ID_FILE.',
  );
}

async function readCa(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new KeyEncryptionFailed(`VAULT_CACERT, ${file}, cannot be read (${error.code}).`);
  });
}
