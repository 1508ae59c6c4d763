import { KeyEncryptionFailed } from '../errors.ts';
import { DATA_KEY_BYTES, type KeyEncryption, type WrappedKey } from '../key-encryption.ts';
import { missingKeyEncryptionKeys } from '../missing-keys.ts';
import { vaultKekId, vaultKeyName, versionOf, type VaultAddress } from './address.ts';
import type { VaultConnection } from './connection.ts';

/** As Transit describes a key. */
interface TransitKey {
  latest: number;
  /** The oldest version that decrypts. */
  oldest: number;
}

// 64 KB of answer hold 400 of the longest; a batch is one request, whatever is in it.
const AT_ONCE = 200;

/**
 * Key-encryption keys that never leave HashiCorp Vault (or OpenBao): versions of one key of its Transit engine. A
 * wrapped key is Transit's ciphertext, `vault:v1:…`, as it came. The key is a derived one, so that each data key is
 * wrapped under a key of its own context and opens in its own row only, also when Vault rewraps it.
 */
export function createVaultKeyEncryption(
  address: VaultAddress,
  connection: Pick<VaultConnection, 'ask'>,
): KeyEncryption {
  const { mount, key } = address;

  async function readKey(): Promise<TransitKey> {
    const data = (await connection.ask('GET', `${mount}/keys/${key}`))?.data;
    if (!data)
      throw new KeyEncryptionFailed(
        `There is no key "${key}" in Vault at ${mount}. Make it: vault write ${mount}/keys/${key} derived=true`,
      );
    if (data.derived !== true || data.supports_encryption === false)
      throw new KeyEncryptionFailed(
        `The key "${key}" in Vault at ${mount} cannot wrap data keys: it has to be made with derived=true, and for encryption.`,
      );
    const number = (name: string) => Number(data[name] ?? 0);
    const oldest = Math.max(1, number('min_decryption_version'), number('min_available_version'));
    return { latest: number('latest_version'), oldest };
  }

  /** One request for each batch. */
  async function inBatches<Item>(
    verb: 'encrypt' | 'decrypt' | 'rewrap',
    items: readonly Item[],
    toInput: (item: Item) => object & { context: string },
    result: 'ciphertext' | 'plaintext',
    failed: (item: Item, why: string) => KeyEncryptionFailed,
  ): Promise<string[]> {
    const texts: string[] = [];
    for (let i = 0; i < items.length; i += AT_ONCE) {
      const some = items.slice(i, i + AT_ONCE);
      const path = `${mount}/${verb}/${key}`;
      const answer = await connection.ask('POST', path, { batch_input: some.map(toInput) });
      const results = answer?.data?.batch_results;
      if (!Array.isArray(results) || results.length !== some.length)
        throw new KeyEncryptionFailed(`Vault's answer to ${path} is not what Transit answers.`);
      some.forEach((item, j) => {
        const found = results[j] as { error?: string } & Partial<Record<typeof result, string>>;
        if (found.error || !found[result]) throw failed(item, found.error ?? 'nothing came');
        texts.push(found[result]);
      });
    }
    return texts;
  }

  const missing = async (kekIds: readonly string[]): Promise<string[]> => {
    if (kekIds.length === 0) return [];
    const { latest, oldest } = await readKey();
    const lacks = (id: string) => {
      const version = versionOf(address, id);
      return version === undefined || version < oldest || version > latest;
    };
    return [...new Set(kekIds.filter(lacks))];
  };

  const refusedToOpen = ({ kekId }: WrappedKey, why: string) =>
    new KeyEncryptionFailed(
      versionOf(address, kekId) === undefined
        ? missingKeyEncryptionKeys([kekId])
        : `The key "${kekId}" does not unwrap what was wrapped under the key of that name (${why}): it is another key, or the database was changed.`,
    );
  const refusedToWrap = (_item: unknown, why: string) =>
    new KeyEncryptionFailed(`${vaultKeyName(address)} does not wrap data keys (${why}).`);

  return {
    async currentId() {
      return vaultKekId(address, (await readKey()).latest);
    },
    missing,
    async wrap(keys) {
      const toInput = ({ secret, context }: (typeof keys)[number]) => ({
        plaintext: secret.toString('base64'),
        context: base64(context),
      });
      return (await inBatches('encrypt', keys, toInput, 'ciphertext', refusedToWrap)).map(toWrapped);
    },
    async unwrap(keys) {
      const texts = await inBatches('decrypt', keys, toCiphertext, 'plaintext', refusedToOpen);
      return texts.map((text, i) => {
        const secret = Buffer.from(text, 'base64');
        if (secret.length !== DATA_KEY_BYTES) throw refusedToOpen(keys[i]!, 'what is inside is no data key');
        return secret;
      });
    },
    async rewrap(keys) {
      return (await inBatches('rewrap', keys, toCiphertext, 'ciphertext', refusedToOpen)).map(toWrapped);
    },
    async removable(needed) {
      const { oldest } = await readKey();
      const versions = needed.flatMap((id) => versionOf(address, id) ?? []);
      const first = Math.min(...versions);
      if (versions.length === 0 || first <= oldest) return undefined;
      return `Versions before ${first} may now be closed in Vault: vault write ${mount}/keys/${key}/config min_decryption_version=${first}`;
    },
  };

  function toWrapped(ciphertext: string): WrappedKey {
    const [, version] = /^vault:v([1-9]\d*):/.exec(ciphertext) ?? [];
    if (version === undefined) throw refusedToWrap(undefined, 'a ciphertext names no version');
    return { kekId: vaultKekId(address, Number(version)), wrapped: Buffer.from(ciphertext) };
  }
}

function toCiphertext({ wrapped, context }: { wrapped: Buffer; context: string }) {
  return { ciphertext: wrapped.toString('latin1'), context: base64(context) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
