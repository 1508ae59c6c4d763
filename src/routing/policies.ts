import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createEvidenceExchange } from './evidence-exchange.ts';
import { createShelf } from './evidence-shelf.ts';
import {
  createLearned,
  createPolicy,
  policyName,
  STRATEGIES,
  type Learned,
  type Observation,
  type Outage,
  type Policy,
  type PolicyOptions,
  type PolicySnapshot,
  type Strategy,
} from './policy.ts';
import { readPolicySnapshot } from './snapshots.ts';

/** The policies of a process, with what they and those of other processes have learned. */
export interface Policies {
  of(accountId: AccountId, options: PolicyOptions): Promise<Policy>;
  /** To what the account has learned: its policies share that. */
  observe(accountId: AccountId, observation: Observation): void;
  /** Routes that may be out, by what the account has learned. */
  outages(accountId: AccountId, now: number): Promise<readonly Outage[]>;
  /**
   * Saves and reads now. What fails keeps nothing else from being exchanged.
   * @throws {AggregateError} in the end
   */
  exchange(): Promise<void>;
}

/** The name of what is learned: each policy saved its own as `adaptive/<value>/<ttl>` before. */
const ADAPTIVE = 'adaptive';
/** How long attempts are watched for a conversion, however long their codes live. */
const WATCHED_MS = 600_000;

/** What an account has learned, and its policies that go by it. */
interface Shared extends Learned {
  by(options: PolicyOptions): Policy;
}

function createShared(): Shared {
  const learned = createLearned(WATCHED_MS);
  const policies = new Map<string, Policy>();
  return {
    ...learned,
    by(options) {
      const name = policyName(options);
      const policy = policies.get(name) ?? learned.policy(options);
      policies.set(name, policy);
      return policy;
    },
  };
}

export function createPolicies(app: App): Policies {
  const evidence = app.single(createEvidenceExchange);
  const shelf = createShelf<PolicySnapshot, Shared>(evidence, readPolicySnapshot);
  // Of those that do not learn there is one for all.
  const plain = new Map<Strategy, Policy>();

  function plainOne(options: PolicyOptions): Policy {
    const policy = plain.get(options.strategy) ?? createPolicy(options);
    plain.set(options.strategy, policy);
    return policy;
  }

  return {
    of: async (accountId, options) =>
      STRATEGIES[options.strategy].learns
        ? (await shelf.of(accountId, ADAPTIVE, createShared)).by(options)
        : plainOne(options),
    observe(accountId, observation) {
      for (const { learned, changed } of shelf.all(accountId)) {
        learned.observe(observation);
        changed();
      }
    },
    outages: async (accountId, now) => (await shelf.of(accountId, ADAPTIVE, createShared)).outages(now),
    exchange: () => evidence.exchange(),
  };
}
