import type { Principal } from '../accounts/principal.ts';
import type { AccountId, Id } from '../ids.ts';
import type { App } from '../platform.ts';
import { actorName, actorOf, type Actor } from './actor.ts';
import { noteApart } from './append.ts';
import type { Details, NewAuditEntry } from './entry.ts';

/** Personal data that an answer shows in full. */
export interface Shown {
  action: 'number.read' | 'inbound_message.read' | 'entity.read' | 'member.read' | 'invitation.read';
  /** Of what it is. */
  target: Id<string>;
}

/** And to whom. */
export interface DoneRead extends Shown {
  accountId: AccountId;
  actor: Actor;
}

/** How many targets an entry has at most; what is more goes into a further one. */
export const TARGETS_PER_ENTRY = 500;

// A page of verifications, and whatever else is read in the same few milliseconds, costs one commit.
export const READ_BATCH = { maxBatchSize: TARGETS_PER_ENTRY, lanes: 2, paceMs: 4, restShare: 0.5 };

/**
 * Notes that a caller is shown something in full. Resolves once that is committed, and only then is it shown.
 * @param collected of a stream: it goes in there instead, for whoever gives the answer out to note (`stream-reads.ts`)
 */
export async function noteRead(app: App, who: Principal, shown: Shown, collected?: Shown[]): Promise<void> {
  if (collected) return void collected.push(shown);
  const { accountId } = who;
  await app.batched(commitReads, READ_BATCH).add({ ...shown, accountId, actor: actorOf(who) });
}

async function commitReads(app: App, reads: readonly DoneRead[]): Promise<undefined[]> {
  await noteApart(app, mergeReads(reads));
  return reads.map(() => undefined);
}

/** One entry for all that one caller was shown of one kind; what was shown twice counts once. */
export function mergeReads(reads: readonly DoneRead[], details: Details | null = null): NewAuditEntry[] {
  return alikeIn(reads).flatMap((alike) => {
    const { accountId, actor, action } = alike[0]!;
    return inParts([...new Set(alike.map(({ target }) => target))]).map((targets) => ({
      ...{ accountId, actor, action, targets, details },
      count: targets.length,
    }));
  });
}

/** Those that one caller of an account did alike. */
export function alikeIn<T extends Pick<NewAuditEntry, 'accountId' | 'actor' | 'action'>>(
  all: readonly T[],
): T[][] {
  const nameOf = ({ accountId, actor, action }: T) => `${accountId} ${actorName(actor)} ${action}`;
  return [...Map.groupBy(all, nameOf).values()];
}

function inParts<T>(all: readonly T[]): T[][] {
  const parts = Math.ceil(all.length / TARGETS_PER_ENTRY);
  return Array.from({ length: parts }, (_, i) =>
    all.slice(i * TARGETS_PER_ENTRY, (i + 1) * TARGETS_PER_ENTRY),
  );
}
