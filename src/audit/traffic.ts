import type { AccountId, Id } from '../ids.ts';
import { actorName, type Actor } from './actor.ts';
import type { AuditAction } from './actions.ts';
import type { NewAuditEntry, Outcome } from './entry.ts';

/** One of the acts that are committed in batches. */
export interface DoneAct {
  accountId: AccountId;
  actor: Actor;
  action: AuditAction;
  outcome: Outcome;
  target: Id<string>;
}

/** One entry for all that one caller did of one kind and with one outcome, in the order in which it was done. */
export function mergeActs(acts: readonly DoneAct[]): NewAuditEntry[] {
  const entries = new Map<string, NewAuditEntry & { count: number; targets: Id<string>[] }>();
  for (const { target, ...act } of acts) {
    const name = `${act.accountId} ${actorName(act.actor)} ${act.action} ${act.outcome}`;
    const entry = entries.get(name);
    if (!entry) entries.set(name, { ...act, count: 1, targets: [target] });
    else {
      entry.count += 1;
      entry.targets.push(target);
    }
  }
  return [...entries.values()];
}
