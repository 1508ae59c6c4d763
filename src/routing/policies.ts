import { randomUUID } from 'node:crypto';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { forgetOldEvidence, readEvidence, saveEvidence, type EvidenceKey } from './evidence-store.ts';
import { createPolicy, type Observation, type Policy, type PolicyOptions } from './policy.ts';

const SAVE_MS = 30_000;

interface Kept {
  key: EvidenceKey;
  policy: Policy;
  /** Saw something since it was saved. */
  changed: boolean;
  /** How far the evidence of others was read. */
  readUntil: Date;
}

/**
 * The policies of a process, with what they have learned: its own evidence is saved every half a
 * minute and at the end, that of other workers read as often. A policy that does not learn has none.
 */
export interface Policies extends AsyncDisposable {
  of(accountId: AccountId, options: PolicyOptions): Promise<Policy>;
  /** To all of the account's policies: each learns in its own terms. */
  observe(accountId: AccountId, observation: Observation): void;
  /** Saves and reads now. */
  exchange(): Promise<void>;
}

/** Policies of the same name share their evidence. */
export function policyName({ strategy, valueOfConversion, codeTtlMs }: PolicyOptions): string {
  return `${strategy}/${valueOfConversion}/${codeTtlMs}`;
}

export function createPolicies(app: App): Policies {
  // A process that starts anew is another one: what it saw before comes back as evidence of another worker.
  const worker = randomUUID();
  const known = new Map<AccountId, Map<string, Promise<Kept>>>();
  const ready = new Map<AccountId, Kept[]>();

  async function open(accountId: AccountId, options: PolicyOptions): Promise<Kept> {
    const key = { accountId, policy: policyName(options) };
    const kept = { key, policy: createPolicy(options), changed: false, readUntil: new Date(0) };
    if (options.strategy !== 'adaptive') return kept;
    await read(kept);
    ready.set(accountId, [...(ready.get(accountId) ?? []), kept]);
    return kept;
  }

  async function read(kept: Kept): Promise<void> {
    for (const { snapshot, updatedAt } of await readEvidence(app, kept.key, worker, kept.readUntil)) {
      kept.policy.merge(snapshot);
      if (updatedAt > kept.readUntil) kept.readUntil = updatedAt;
    }
  }

  async function save(kept: Kept): Promise<void> {
    if (!kept.changed) return;
    kept.changed = false;
    try {
      await saveEvidence(app, kept.key, worker, kept.policy.snapshot());
    } catch (error) {
      kept.changed = true;
      throw error;
    }
  }

  async function exchange(): Promise<void> {
    for (const kept of [...ready.values()].flat()) {
      await save(kept);
      await read(kept);
    }
    await forgetOldEvidence(app);
  }

  const timer = setInterval(() => {
    exchange().catch((error: unknown) => app.log.error({ err: error }, 'routing evidence not exchanged'));
  }, SAVE_MS);
  timer.unref();

  return {
    of(accountId, options) {
      let policies = known.get(accountId);
      if (!policies) known.set(accountId, (policies = new Map<string, Promise<Kept>>()));
      const name = policyName(options);
      let kept = policies.get(name);
      if (!kept) {
        policies.set(name, (kept = open(accountId, options)));
        // Another time the database may be there.
        kept.catch(() => policies.delete(name));
      }
      return kept.then(({ policy }) => policy);
    },
    observe(accountId, observation) {
      for (const kept of ready.get(accountId) ?? []) {
        kept.policy.observe(observation);
        kept.changed = true;
      }
    },
    exchange,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      for (const kept of [...ready.values()].flat())
        await save(kept).catch((error: unknown) =>
          app.log.error({ err: error }, 'routing evidence not saved'),
        );
    },
  };
}
