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
  /** Of each other worker, when it had saved what was read last, by its own clock. */
  read: Map<string, Date>;
}

/**
 * The policies of a process, with what they have learned: its own evidence is saved every half a
 * minute and at the end, that of other workers read as often. A policy that does not learn has none.
 */
export interface Policies extends AsyncDisposable {
  of(accountId: AccountId, options: PolicyOptions): Promise<Policy>;
  /** To all of the account's policies: each learns in its own terms. */
  observe(accountId: AccountId, observation: Observation): void;
  /**
   * Saves and reads now. What fails keeps nothing else from being exchanged.
   * @throws {AggregateError} in the end
   */
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
    const kept = { key, policy: createPolicy(options), changed: false, read: new Map<string, Date>() };
    if (options.strategy !== 'adaptive') return kept;
    await read(kept);
    ready.set(accountId, [...(ready.get(accountId) ?? []), kept]);
    return kept;
  }

  async function read(kept: Kept): Promise<void> {
    for (const saved of await readEvidence(app, kept.key, worker, kept.read)) {
      kept.policy.merge(saved.snapshot);
      kept.read.set(saved.worker, saved.updatedAt);
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
    const errors: unknown[] = [];
    const step = (done: Promise<void>) => done.catch((error: unknown) => errors.push(error));
    for (const kept of [...ready.values()].flat()) {
      await step(save(kept));
      await step(read(kept));
    }
    await step(forgetOldEvidence(app));
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} steps failed`);
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
