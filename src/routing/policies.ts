import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createEvidenceExchange } from './evidence-exchange.ts';
import { createShelf } from './evidence-shelf.ts';
import {
  createPolicy,
  policyName,
  type Observation,
  type Policy,
  type PolicyOptions,
  type PolicySnapshot,
} from './policy.ts';
import { readPolicySnapshot } from './snapshots.ts';

/** The policies of a process, with what they and those of other processes have learned. */
export interface Policies {
  of(accountId: AccountId, options: PolicyOptions): Promise<Policy>;
  /** To all of the account's policies: each learns in its own terms. */
  observe(accountId: AccountId, observation: Observation): void;
  /**
   * Saves and reads now. What fails keeps nothing else from being exchanged.
   * @throws {AggregateError} in the end
   */
  exchange(): Promise<void>;
}

export function createPolicies(app: App): Policies {
  const evidence = app.single(createEvidenceExchange);
  const shelf = createShelf<PolicySnapshot, Policy>(evidence, readPolicySnapshot);
  // Of those that do not learn there is one for all.
  const plain = new Map<PolicyOptions['strategy'], Policy>();

  function plainOne(options: PolicyOptions): Policy {
    const policy = plain.get(options.strategy) ?? createPolicy(options);
    plain.set(options.strategy, policy);
    return policy;
  }

  return {
    of: async (accountId, options) =>
      options.strategy === 'adaptive'
        ? shelf.of(accountId, policyName(options), () => createPolicy(options))
        : plainOne(options),
    observe(accountId, observation) {
      for (const { learned, changed } of shelf.all(accountId)) {
        learned.observe(observation);
        changed();
      }
    },
    exchange: () => evidence.exchange(),
  };
}
