import { KeyEncryptionFailed } from './errors.ts';
import type { KeyEncryption, WrappedKey } from './key-encryption.ts';
import { createLocalKeyEncryption } from './local-key-encryption.ts';
import { missingKeyEncryptionKeys } from './missing-keys.ts';
import type { RootKeySource } from './root-key-source.ts';
import { isVaultKekId, vaultKeyName, type VaultAddress } from './transit/address.ts';

type Bound = WrappedKey & { context: string };

/**
 * All key-encryption keys that `OTPOST_KEYS` lists, in this process or in Vault: the first one wraps, each unwraps
 * what was wrapped under it. So an installation moves into Vault, or out of it, as it moves from one key to another.
 */
export function createListedKeyEncryption(
  source: RootKeySource,
  vaultAt: (address: VaultAddress) => KeyEncryption,
): KeyEncryption {
  const local = createLocalKeyEncryption(source);
  const inVault = (): KeyEncryption | undefined => source.keys.vault && vaultAt(source.keys.vault);
  /** Where the first one is; Vault, when no other key is first. */
  const first = (): KeyEncryption => (source.keys.currentId === undefined ? inVault()! : local);
  const holderOf = ({ kekId }: WrappedKey): KeyEncryption => {
    if (!isVaultKekId(kekId)) return local;
    const vault = inVault();
    if (!vault) throw new KeyEncryptionFailed(missingKeyEncryptionKeys([kekId]));
    return vault;
  };

  /** What each holder makes of its own, in the order of the whole. */
  async function byHolder<Item extends Bound, Result>(
    keys: readonly Item[],
    work: (holder: KeyEncryption, some: readonly Item[]) => Promise<Result[]>,
  ): Promise<Result[]> {
    const results: Result[] = [];
    for (const [holder, positions] of Map.groupBy(keys.keys(), (i) => holderOf(keys[i]!))) {
      const some = positions.map((i) => keys[i]!);
      (await work(holder, some)).forEach((result, j) => (results[positions[j]!] = result));
    }
    return results;
  }

  return {
    // A file may have another key in front by now: under the one before, which may be taken away, nothing is wrapped.
    async currentId() {
      await source.reload();
      return first().currentId();
    },
    async wrap(keys) {
      await source.reload();
      return first().wrap(keys);
    },
    unwrap: (keys) => byHolder(keys, (holder, some) => holder.unwrap(some)),
    rewrap: (keys) =>
      byHolder(keys, async (holder, some) => {
        const home = first();
        if (holder === home) return holder.rewrap(some);
        const secrets = await holder.unwrap(some);
        return home.wrap(some.map(({ context }, i) => ({ secret: secrets[i]!, context })));
      }),
    async missing(kekIds) {
      const lost = await local.missing(kekIds.filter((id) => !isVaultKekId(id)));
      const theirs = kekIds.filter(isVaultKekId);
      if (theirs.length > 0 && !source.keys.vault) await source.reload();
      return [...lost, ...((await inVault()?.missing(theirs)) ?? new Set(theirs))];
    },
    async removable(needed) {
      const lines = [await local.removable(needed.filter((id) => !isVaultKekId(id)))];
      const { vault, currentId } = source.keys;
      if (vault && needed.some(isVaultKekId)) lines.push(await vaultAt(vault).removable(needed));
      else if (vault && currentId !== undefined)
        lines.push(
          `The entry of ${vaultKeyName(vault)} may now be removed from OTPOST_KEYS, once "${currentId}" is the first key of every process.`,
        );
      return lines.filter((line) => line !== undefined).join(' ') || undefined;
    },
  };
}
