import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { KeyDestroyed } from './errors.ts';

/** Whose the keys are that belong to no account: an account id that no account has. */
export const INSTALLATION = `acc_${'0'.repeat(32)}` as const;

/** A key as it becomes known to a process. */
export interface KnownKey {
  account: string;
  /** `D` and a number; of the installation also `index`, and the ids of root keys from before there were data keys. */
  id: string;
  /** 32 octets. */
  secret: Buffer;
  /** New things may be made with it: every process knows it by now. */
  isActive: boolean;
}

/** A key in memory, from which one is derived for every purpose (RFC 5869). */
export class MemoryKey {
  readonly id: string;
  /** That of a data key, else NaN. */
  readonly number: number;
  isActive: boolean;
  readonly #secret: Buffer;
  #seal: KeyObject | undefined;
  #others: Map<string, KeyObject> | undefined;

  constructor(id: string, secret: Buffer, isActive: boolean) {
    this.id = id;
    this.number = numberOf(id);
    this.isActive = isActive;
    this.#secret = secret;
  }

  /** A KeyObject, because OpenSSL prepares it once: AES-GCM 15.7 → 4.2 µs, HMAC 19.6 → 3.6 against a Buffer. */
  for(purpose: string): KeyObject {
    if (purpose === 'seal') return (this.#seal ??= this.#derive(purpose));
    this.#others ??= new Map();
    let key = this.#others.get(purpose);
    if (!key) this.#others.set(purpose, (key = this.#derive(purpose)));
    return key;
  }

  #derive(purpose: string): KeyObject {
    return createSecretKey(
      Buffer.from(hkdfSync('sha256', this.#secret, Buffer.alloc(0), `otpost/${purpose}`, 32)),
    );
  }
}

interface Owned {
  keys: Map<string, MemoryKey | 'destroyed'>;
  current: MemoryKey | undefined;
}

/** The unwrapped keys of a process: with them it goes on when the KMS, or the database, is away. */
export interface KeyMemory {
  put(key: KnownKey): void;
  /** @returns whether the key is known, so that it needs no unwrapping */
  setActive(account: string, id: string, isActive: boolean): boolean;
  /** @returns whether that is news */
  destroy(account: string, id: string): boolean;
  /** What new things of an account are made with. */
  current(account: string): MemoryKey | undefined;
  /** @throws {KeyDestroyed} */
  find(account: string, id: string): MemoryKey | undefined;
}

export function createKeyMemory(): KeyMemory {
  const owners = new Map<string, Owned>();

  function ownedBy(account: string): Owned {
    let owned = owners.get(account);
    if (!owned) owners.set(account, (owned = { keys: new Map(), current: undefined }));
    return owned;
  }

  return {
    put({ account, id, secret, isActive }) {
      const owned = ownedBy(account);
      if (owned.keys.has(id)) return;
      owned.keys.set(id, new MemoryKey(id, secret, isActive));
      owned.current = newest(owned.keys.values());
    },
    setActive(account, id, isActive) {
      const owned = owners.get(account);
      const key = owned?.keys.get(id);
      if (!owned || !key) return false;
      if (key !== 'destroyed' && key.isActive !== isActive) {
        key.isActive = isActive;
        owned.current = newest(owned.keys.values());
      }
      return true;
    },
    destroy(account, id) {
      const owned = ownedBy(account);
      if (owned.keys.get(id) === 'destroyed') return false;
      owned.keys.set(id, 'destroyed');
      owned.current = newest(owned.keys.values());
      return true;
    },
    current: (account) => owners.get(account)?.current,
    find(account, id) {
      const key = owners.get(account)?.keys.get(id);
      if (key === 'destroyed') throw new KeyDestroyed(account, id);
      return key;
    },
  };
}

/** The newest data key that may be used; the very first one always may. */
function newest(keys: Iterable<MemoryKey | 'destroyed'>): MemoryKey | undefined {
  let best: MemoryKey | undefined;
  for (const key of keys) {
    if (key === 'destroyed' || Number.isNaN(key.number)) continue;
    const isBetter = key.isActive
      ? !best?.isActive || key.number > best.number
      : !best?.isActive && key.number < (best?.number ?? Infinity);
    if (isBetter) best = key;
  }
  return best;
}

/** The number of a data key; NaN of other ids. */
export function numberOf(id: string): number {
  return /^D[1-9]\d*$/.test(id) ? Number(id.slice(1)) : NaN;
}
