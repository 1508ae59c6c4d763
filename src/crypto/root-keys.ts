import { parseVaultAddress, type VaultAddress } from './transit/address.ts';

/** The keys of `OTPOST_KEYS`: data keys are wrapped under the first one; the others still unwrap. */
export interface RootKeys {
  /** Undefined when Vault comes first, and wraps. */
  readonly currentId: string | undefined;
  readonly secrets: ReadonlyMap<string, Buffer>;
  /** The index key of an installation from before it was kept among the data keys. */
  readonly index: Buffer | undefined;
  /** Where more keys are, which are never here. */
  readonly vault: VaultAddress | undefined;
}

const ENTRY = /^([a-z0-9][a-z0-9-]{0,11}):([A-Za-z0-9+/_-]{43,44}=?)$/;
const VAULT = /^vault:(https?:.*)$/i;

/**
 * Reads `OTPOST_KEYS` = `id:base64,id:base64,…`, 32 octets each; one entry may be `vault:https://…`.
 * @param name what to call it in an error: the variable, or the file
 * @throws {Error} that names the entry which is wrong, never its secret
 */
export function parseRootKeys(text: string, name = 'OTPOST_KEYS'): RootKeys {
  const secrets = new Map<string, Buffer>();
  let vault: VaultAddress | undefined;
  let isVaultFirst = false;
  for (const [position, entry] of text.split(',').entries()) {
    const [, url] = VAULT.exec(entry.trim()) ?? [];
    if (url !== undefined) {
      if (vault) throw new Error(`${name}: there are two entries of Vault, and can be one`);
      vault = readVault(url, `${name}: entry ${position + 1}`);
      isVaultFirst = [...secrets.keys()].every((id) => id === 'index');
      continue;
    }
    const match = ENTRY.exec(entry.trim());
    const secret = match ? Buffer.from(match[2]!, 'base64') : undefined;
    if (!match || secret?.length !== 32)
      throw new Error(`${name}: entry ${position + 1} is not id:base64 of 32 bytes`);
    if (secrets.has(match[1]!)) throw new Error(`${name}: the id "${match[1]!}" is there twice`);
    secrets.set(match[1]!, secret);
  }
  const index = secrets.get('index');
  secrets.delete('index');
  const currentId = isVaultFirst ? undefined : secrets.keys().next().value;
  if (currentId === undefined && !vault) throw new Error(`${name}: there must be a key besides "index"`);
  return { currentId, secrets, index, vault };
}

function readVault(url: string, entry: string): VaultAddress {
  try {
    return parseVaultAddress(url);
  } catch (error) {
    throw new Error(`${entry} ${(error as Error).message}`, { cause: error });
  }
}
