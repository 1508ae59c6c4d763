/**
 * A key that this process does not know (yet): another process may have made it this moment, which
 * `withKeys` finds out.
 */
export class UnknownKey extends Error {
  /** Whose key it is; that of the installation for what belongs to no account. */
  readonly account: string;
  readonly keyId: string | undefined;
  constructor(account: string, keyId?: string) {
    super(
      keyId === undefined
        ? `There is no data key of ${account} here.`
        : `A stored value is sealed under the key "${keyId}" of ${account}, which is not here.`,
    );
    this.account = account;
    this.keyId = keyId;
  }
}

/** What was sealed under a key that was destroyed cannot be read any more, by anybody: that is its purpose. */
export class KeyDestroyed extends Error {
  constructor(account: string, keyId: string) {
    super(`The key "${keyId}" of ${account} was destroyed; what is sealed under it cannot be read any more.`);
  }
}

/** A key-encryption key is missing or refused: one line that names it and says what to do. */
export class KeyEncryptionFailed extends Error {}
