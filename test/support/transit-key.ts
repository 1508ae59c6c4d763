import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What is wrong with one item of a batch, in Transit's words. */
class ItemError extends Error {}

type Item = Partial<Record<'plaintext' | 'ciphertext' | 'context', string>>;
export type TransitVerb = 'encrypt' | 'decrypt' | 'rewrap';

/** A key of Transit: AES-256-GCM, with versions, derived for each context by HKDF-SHA-256 or not. */
export class TransitKey {
  readonly derived: boolean;
  minDecryptionVersion = 1;
  readonly #versions: Buffer[] = [randomBytes(32)];

  constructor({ derived = true }: { derived?: boolean } = {}) {
    this.derived = derived;
  }

  get latest(): number {
    return this.#versions.length;
  }

  rotate(): void {
    this.#versions.push(randomBytes(32));
  }

  /** As `GET transit/keys/:name` describes it. */
  describe(name: string): object {
    return {
      ...{ name, type: 'aes256-gcm96', derived: this.derived, exportable: false, deletion_allowed: false },
      ...{ latest_version: this.latest, min_decryption_version: this.minDecryptionVersion },
      ...{ min_encryption_version: 0, min_available_version: 0, kdf: 'hkdf_sha256' },
      ...{ supports_encryption: true, supports_decryption: true, supports_derivation: true },
      keys: Object.fromEntries(this.#versions.map((_key, i) => [i + 1, 1_700_000_000 + i])),
    };
  }

  /** @returns what stands in `batch_results` for it */
  run(verb: TransitVerb, item: Item): object {
    try {
      if (verb === 'decrypt') return { plaintext: this.#decrypt(item).toString('base64') };
      const plaintext =
        verb === 'encrypt' ? Buffer.from(item.plaintext ?? '', 'base64') : this.#decrypt(item);
      return { ciphertext: this.#encrypt(plaintext, item.context), key_version: this.latest };
    } catch (error) {
      if (error instanceof ItemError) return { error: error.message };
      throw error;
    }
  }

  #keyFor(version: number, context: string | undefined): Buffer {
    const key = this.#versions[version - 1]!;
    if (!this.derived) return key;
    if (!context) throw new ItemError("missing 'context' for key derivation");
    return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), Buffer.from(context, 'base64'), 32));
  }

  #encrypt(plaintext: Buffer, context: string | undefined): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#keyFor(this.latest, context), nonce);
    const body = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    return `vault:v${this.latest}:${body.toString('base64')}`;
  }

  #decrypt({ ciphertext = '', context }: Item): Buffer {
    const [, number, text = ''] = /^vault:v(\d+):(.+)$/.exec(ciphertext) ?? [];
    if (number === undefined) throw new ItemError('invalid ciphertext: no prefix');
    const version = Number(number);
    if (version > this.latest) throw new ItemError('invalid ciphertext: version is too new');
    if (version < this.minDecryptionVersion)
      throw new ItemError('ciphertext or signature version is disallowed by policy (too old)');
    const octets = Buffer.from(text, 'base64');
    try {
      const decipher = createDecipheriv(
        'aes-256-gcm',
        this.#keyFor(version, context),
        octets.subarray(0, 12),
      );
      decipher.setAuthTag(octets.subarray(-16));
      return Buffer.concat([decipher.update(octets.subarray(12, -16)), decipher.final()]);
    } catch (error) {
      if (error instanceof ItemError) throw error;
      throw new ItemError('cipher: message authentication failed');
    }
  }
}
