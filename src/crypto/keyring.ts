import { createHmac, type KeyObject } from 'node:crypto';
import { UnknownKey } from './errors.ts';
import { INSTALLATION, type KeyMemory, type MemoryKey } from './key-memory.ts';
import { createRandom, type RandomBytes } from './random.ts';

/** What a key of the installation is used for; each purpose has its own, derived from it. */
export type KeyPurpose = 'seal' | 'code' | 'inbound-code' | 'client-token';

export type IndexPurpose =
  | 'destination'
  | 'erasure'
  | 'api-key'
  | 'oauth-client'
  | 'idempotency'
  | 'inbound'
  | 'email'
  | 'session'
  | 'sign-in'
  | 'sender'
  | 'invitation'
  | 'limit'
  | 'entity';

/**
 * The keys of an installation and of its accounts, unwrapped and in memory: nothing here waits. What
 * is sealed goes through `seal` and `open`.
 */
export interface Keyring {
  /** Id of the installation's key that new codes and tokens are made with, 1–12 characters. */
  readonly currentId: string;
  /**
   * A key of the installation, for one purpose, 256 bits.
   * @throws {UnknownKey | KeyDestroyed}
   */
  key(purpose: KeyPurpose, id: string): KeyObject;
  /** What an account's values are sealed with now. @throws {UnknownKey} when the account has none here */
  sealing(account: string): MemoryKey;
  /** What opens an account's value that names this key. @throws {UnknownKey | KeyDestroyed} */
  opening(account: string, keyId: string): KeyObject;
  /** HMAC-SHA-256 under the index key, cut to 16 bytes: equal input, equal output, nothing else to learn. It never rotates. */
  blindIndex(purpose: IndexPurpose, ...parts: string[]): Buffer;
  /** For nonces, from the system's CSPRNG. */
  readonly randomBytes: RandomBytes;
  /** Looks for keys of an account that this process does not know yet. Not for hot paths: see `withKeys`. */
  learn(account: string): Promise<void>;
  /** The same for whatever changed of all accounts' keys. */
  refresh(): Promise<void>;
}

/** @param source puts keys into the memory that it does not have yet */
export function createKeyring(memory: KeyMemory, source: Pick<Keyring, 'learn' | 'refresh'>): Keyring {
  const need = (account: string, id: string): MemoryKey => {
    const key = memory.find(account, id);
    if (!key) throw new UnknownKey(account, id);
    return key;
  };
  const current = (account: string): MemoryKey => {
    const key = memory.current(account);
    if (!key) throw new UnknownKey(account);
    return key;
  };
  return {
    get currentId() {
      return current(INSTALLATION).id;
    },
    key: (purpose, id) => need(INSTALLATION, id).for(purpose),
    sealing: (account) => current(ownerOf(account)),
    opening: (account, keyId) => need(ownerOf(account), keyId).for('seal'),
    blindIndex(purpose, ...parts) {
      const mac = createHmac('sha256', need(INSTALLATION, 'index').for(purpose));
      return mac.update(parts.join('\u0000')).digest().subarray(0, 16);
    },
    randomBytes: createRandom().bytes,
    learn: (account) => source.learn(ownerOf(account)),
    refresh: source.refresh,
  };
}

/** Values that belong to no account are sealed under a key of the installation. */
function ownerOf(account: string): string {
  return account.startsWith('acc_') ? account : INSTALLATION;
}
