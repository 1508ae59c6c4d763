import type { AccountId } from '../ids.ts';
import type { EvidenceExchange, Learned, Shared } from './evidence-exchange.ts';
import type { AnySnapshot } from './evidence-store.ts';

/** What accounts have in memory of one kind of evidence: from the first question on, until it is idle. */
export interface Shelf<T> {
  /** From memory, else with what was saved of it. */
  of(accountId: AccountId, policy: string, make: () => T): Promise<T>;
  /** What is in memory of an account. */
  all(accountId: AccountId): Iterable<OnShelf<T>>;
}

export interface OnShelf<T> extends Shared {
  learned: T;
}

export function createShelf<Snapshot extends AnySnapshot, T extends Learned<Snapshot>>(
  evidence: EvidenceExchange,
  read: (saved: unknown) => Snapshot,
): Shelf<T> {
  const ready = new Map<AccountId, Map<string, OnShelf<T>>>();
  const opening = new Map<string, Promise<OnShelf<T>>>();

  async function open(accountId: AccountId, policy: string, learned: T): Promise<OnShelf<T>> {
    const onIdle = () => {
      const own = ready.get(accountId);
      if (own?.delete(policy) && own.size === 0) ready.delete(accountId);
    };
    const shared = await evidence.share({ accountId, policy, learned, read, onIdle });
    const one = { learned, ...shared };
    const own = ready.get(accountId) ?? new Map<string, OnShelf<T>>();
    ready.set(accountId, own.set(policy, one));
    return one;
  }

  return {
    async of(accountId, policy, make) {
      const known = ready.get(accountId)?.get(policy);
      known?.used();
      if (known) return known.learned;
      const name = `${accountId}/${policy}`;
      let one = opening.get(name);
      if (!one) {
        one = open(accountId, policy, make());
        opening.set(name, one);
        // Should it fail, the database may be there another time.
        const forget = () => void opening.delete(name);
        one.then(forget, forget);
      }
      return (await one).learned;
    },
    all: (accountId) => ready.get(accountId)?.values() ?? [],
  };
}
