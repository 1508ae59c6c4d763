import { createHash } from 'node:crypto';
import type { KeyEncryption } from '../../src/crypto/key-encryption.ts';
import { createKeyMemory, INSTALLATION, type KeyMemory } from '../../src/crypto/key-memory.ts';
import { createKeyring, type Keyring } from '../../src/crypto/keyring.ts';
import { createLocalKeyEncryption } from '../../src/crypto/local-key-encryption.ts';
import { parseRootKeys } from '../../src/crypto/root-keys.ts';

const octets = (text: string) => createHash('sha256').update(text).digest();

export interface FixedKeys {
  /** Keys of the installation by id, each made of a text. */
  installation?: Readonly<Record<string, string>>;
  /** Keys that every account has, each made of a text and of the account. */
  accounts?: Readonly<Record<string, string>>;
}

/** Keys that need no database: the same for the same texts, in every process. Every account has one. */
export function fixedKeyring({
  installation = { D1: 'one' },
  accounts = { D1: 'one' },
}: FixedKeys = {}): Keyring {
  const memory = createKeyMemory();
  const give = (account: string, keys: Readonly<Record<string, string>>) => {
    for (const [id, text] of Object.entries(keys))
      memory.put({ account, id, secret: octets(`${account}/${text}`), isActive: true });
  };
  give(INSTALLATION, { index: 'index', ...installation });
  const known = (account: string) => {
    if (account !== INSTALLATION && !memory.current(account)) give(account, accounts);
    return memory;
  };
  const everywhere: KeyMemory = {
    ...memory,
    current: (account) => known(account).current(account),
    find: (account, id) => known(account).find(account, id),
  };
  return createKeyring(everywhere, { learn: () => Promise.resolve(), refresh: () => Promise.resolve() });
}

/** Wraps under one key that is always the same. */
export function fixedKeyEncryption(): KeyEncryption {
  const keys = parseRootKeys(`test:${octets('kek').toString('base64')}`);
  return createLocalKeyEncryption({ keys, reload: () => Promise.resolve() });
}
