/** A key of a Vault's Transit engine, as an entry of `OTPOST_KEYS` names it. */
export interface VaultAddress {
  origin: URL;
  /** Where the engine is mounted: `transit`, or `teams/otp/transit`. */
  mount: string;
  /** Name of the key there. */
  key: string;
}

const NAME = /^[\w.-]+$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads `https://vault.example:8200/transit/otpost`: the path is the engine's mount and the name of the key.
 * @throws {Error} that says what is wrong, in words that an entry's number can stand before
 */
export function parseVaultAddress(text: string): VaultAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new Error('is no address of a Vault, such as vault:https://vault.example:8200/transit/otpost');
  if (url.username || url.password || url.search || url.hash)
    throw new Error('has more than an address: the token is in VAULT_TOKEN_FILE');
  // A Vault Agent beside this process may be asked in the clear; data keys cross no network like that.
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname))
    throw new Error('must begin with vault:https:');
  const names = url.pathname.split('/').filter((name) => name !== '');
  if (names[0] === 'v1') names.shift();
  const key = names.pop();
  if (key === undefined || names.length === 0 || ![...names, key].every((name) => NAME.test(name)))
    throw new Error('must end with where Transit is mounted and the name of the key, e.g. /transit/otpost');
  return { origin: new URL(url.origin), mount: names.join('/'), key };
}

/** What stands in front of the version in the ids of a Vault's key-encryption keys. */
export function vaultKeyName({ mount, key }: VaultAddress): string {
  return `vault:${mount}/${key}`;
}

/** The id of a key-encryption key: one version of a key of Transit. */
export function vaultKekId(address: VaultAddress, version: number): string {
  return `${vaultKeyName(address)}:v${version}`;
}

export function isVaultKekId(kekId: string): boolean {
  return kekId.startsWith('vault:');
}

/** The version that an id names; undefined when it is of another key. */
export function versionOf(address: VaultAddress, kekId: string): number | undefined {
  const [, version] = new RegExp(`^${RegExp.escape(vaultKeyName(address))}:v([1-9]\\d*)$`).exec(kekId) ?? [];
  return version === undefined ? undefined : Number(version);
}
