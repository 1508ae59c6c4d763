/** A data key as it is stored. */
export interface WrappedKey {
  /** Which key-encryption key it is wrapped under. */
  kekId: string;
  wrapped: Buffer;
}

/**
 * The port to where key-encryption keys are: the environment, a file, or a key management service. Data
 * keys, 32 octets each, go through it in batches. A context (whose key it is, and which) is bound in: a
 * wrapped key that is copied elsewhere does not unwrap.
 */
export interface KeyEncryption {
  /** Id of the key-encryption key that `wrap` uses now. */
  currentId(): Promise<string>;
  wrap(keys: readonly { secret: Buffer; context: string }[]): Promise<WrappedKey[]>;
  /** @throws {KeyEncryptionFailed} that names the key-encryption key which is missing or refused */
  unwrap(keys: readonly (WrappedKey & { context: string })[]): Promise<Buffer[]>;
  /** Wraps under the current key-encryption key what is wrapped under any. @throws as `unwrap` */
  rewrap(keys: readonly (WrappedKey & { context: string })[]): Promise<WrappedKey[]>;
  /** Those of some key-encryption keys that it does not have. */
  missing(kekIds: readonly string[]): Promise<string[]>;
  /** In a sentence: what may be removed, now that only these are needed. Undefined: nothing. */
  removable(neededKekIds: readonly string[]): Promise<string | undefined>;
}

export const DATA_KEY_BYTES = 32;
