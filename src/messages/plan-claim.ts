import { isolate, type Failed } from '../db/isolate.ts';
import type { AccountId, MessageId } from '../ids.ts';
import type { Resolution } from '../numbers/resolution.ts';
import type { App } from '../platform.ts';
import type { ClaimedMessage } from './claim.ts';
import type { NewFact } from './facts.ts';
import { planAttempts, type Links, type Plan } from './plan.ts';

/** Plans what a worker has claimed. */
export type Planner = (
  claimed: readonly ClaimedMessage[],
  told?: ReadonlyMap<MessageId, Resolution>,
) => Promise<Plan>;

/** How often it is said of an account that its messages cannot be planned. */
const SAY_AGAIN_MS = 10_000;

/**
 * A planner whose bad messages hold up nobody else's: one account's settings that this version cannot read, or a
 * key that it cannot unwrap, would otherwise have everything that was claimed with its messages wait for the end
 * of the lease. They are put off alone, for longer each time, until their verification ends.
 */
export function createPlanner(app: App, links: Links): Planner {
  const saidAt = new Map<AccountId, number>();

  function say(failed: readonly Failed<ClaimedMessage>[]): void {
    const now = app.clock();
    for (const [accountId, some] of Map.groupBy(failed, ({ item }) => item.accountId)) {
      if (now - (saidAt.get(accountId) ?? -Infinity) < SAY_AGAIN_MS) continue;
      saidAt.set(accountId, now);
      const about = { accountId, messages: some.length, messageId: some[0]!.item.id };
      app.log.error({ err: some[0]!.error, ...about }, 'messages cannot be planned: they wait');
    }
  }

  return async (claimed, told) => {
    const all: Plan = { attempts: [], facts: [], waiting: [], failed: [] };
    const failed = await isolate(claimed, async (some) => {
      const { attempts, facts, waiting, failed } = await planAttempts(app, links, some, told);
      all.attempts.push(...attempts);
      all.facts.push(...facts);
      all.waiting.push(...waiting);
      all.failed.push(...failed);
    }).catch((error: unknown) => {
      // What is written down has to be sent, also when the database went away before the rest.
      if (all.attempts.length === 0) throw error;
      app.log.error({ err: error }, 'a part of a claim was not planned');
      return [];
    });
    all.failed.push(...failed);
    if (all.failed.length > 0) say(all.failed);
    all.facts.push(...all.failed.map(({ item }) => unplanned(item)));
    return all;
  };
}

function unplanned({ accountId, verificationId, id: messageId }: ClaimedMessage): NewFact {
  return { kind: 'unplanned', accountId, verificationId, messageId };
}
