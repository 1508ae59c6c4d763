import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { KeyEncryptionFailed } from './errors.ts';
import { DATA_KEY_BYTES, type KeyEncryption, type WrappedKey } from './key-encryption.ts';
import { createRandom } from './random.ts';
import { missingKeyEncryptionKeys } from './missing-keys.ts';
import type { RootKeySource } from './root-key-source.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Key-encryption keys from the environment or a file. A wrapped key is nonce (12) ‖ ciphertext (32) ‖
 * tag (16): AES-256-GCM under a key derived from the root key, with the context as associated data.
 */
export function createLocalKeyEncryption(source: RootKeySource): KeyEncryption {
  const { bytes: randomBytes } = createRandom();

  function wrapOne(id: string, secret: Buffer, context: string): WrappedKey {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', wrappingKey(source.keys.secrets.get(id)!), nonce);
    cipher.setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(secret), cipher.final()]);
    return { kekId: id, wrapped: Buffer.concat([nonce, body, cipher.getAuthTag()]) };
  }

  function unwrapOne({ kekId, wrapped, context }: WrappedKey & { context: string }): Buffer {
    const root = source.keys.secrets.get(kekId)!;
    try {
      const decipher = createDecipheriv('aes-256-gcm', wrappingKey(root), wrapped.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(wrapped.subarray(wrapped.length - TAG_BYTES));
      const body = decipher.update(wrapped.subarray(NONCE_BYTES, wrapped.length - TAG_BYTES));
      decipher.final();
      if (body.length !== DATA_KEY_BYTES) throw new Error('not a data key');
      return body;
    } catch {
      throw new KeyEncryptionFailed(
        `The key "${kekId}" of OTPOST_KEYS does not unwrap what was wrapped under the key of that name: it is another key, or the database was changed.`,
      );
    }
  }

  const missing = async (kekIds: readonly string[]): Promise<string[]> => {
    const lacks = () => kekIds.filter((id) => !source.keys.secrets.has(id));
    if (lacks().length > 0) await source.reload();
    return [...new Set(lacks())];
  };

  async function unwrap(keys: readonly (WrappedKey & { context: string })[]): Promise<Buffer[]> {
    const lost = await missing(keys.map(({ kekId }) => kekId));
    if (lost.length > 0) throw new KeyEncryptionFailed(missingKeyEncryptionKeys(lost));
    return keys.map(unwrapOne);
  }

  /** Asked only while one of these keys wraps. */
  const firstId = (): string => {
    const { currentId } = source.keys;
    if (currentId === undefined) throw new KeyEncryptionFailed('OTPOST_KEYS has no key of its own in front.');
    return currentId;
  };
  const currentId = () => Promise.resolve(firstId());
  const wrap: KeyEncryption['wrap'] = async (keys) => {
    const id = firstId();
    return keys.map(({ secret, context }) => wrapOne(id, secret, context));
  };
  return {
    currentId,
    missing,
    wrap,
    unwrap,
    async removable(needed) {
      await source.reload();
      const { currentId, secrets } = source.keys;
      const free = [...secrets.keys()].filter((id) => id !== currentId && !needed.includes(id));
      if (free.length === 0) return undefined;
      const names = free.map((id) => `"${id}"`).join(', ');
      const first = currentId === undefined ? 'Vault' : `"${currentId}"`;
      return `${names} may now be removed from OTPOST_KEYS, once ${first} is the first key of every process.`;
    },
    async rewrap(keys) {
      const secrets = await unwrap(keys);
      return wrap(keys.map(({ context }, i) => ({ secret: secrets[i]!, context })));
    },
  };
}

function wrappingKey(root: Buffer): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), 'otpost/wrap', 32)));
}
