import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createEvidenceExchange, type Shared } from './evidence-exchange.ts';
import { createPolicy, policyName, type Observation, type Policy, type PolicyOptions } from './policy.ts';

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
  const known = new Map<AccountId, Map<string, Promise<Policy>>>();
  const learning = new Map<AccountId, { policy: Policy; shared: Shared }[]>();

  async function open(accountId: AccountId, options: PolicyOptions): Promise<Policy> {
    const policy = createPolicy(options);
    // One that does not learn has no evidence.
    if (options.strategy !== 'adaptive') return policy;
    const shared = await evidence.share({ accountId, policy: policyName(options) }, policy);
    learning.set(accountId, [...(learning.get(accountId) ?? []), { policy, shared }]);
    return policy;
  }

  return {
    of(accountId, options) {
      let policies = known.get(accountId);
      if (!policies) known.set(accountId, (policies = new Map<string, Promise<Policy>>()));
      const name = policyName(options);
      let policy = policies.get(name);
      if (!policy) {
        policies.set(name, (policy = open(accountId, options)));
        // Another time the database may be there.
        policy.catch(() => policies.delete(name));
      }
      return policy;
    },
    observe(accountId, observation) {
      for (const { policy, shared } of learning.get(accountId) ?? []) {
        policy.observe(observation);
        shared.changed();
      }
    },
    exchange: () => evidence.exchange(),
  };
}
