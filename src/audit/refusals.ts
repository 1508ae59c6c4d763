import type { ErrorCode } from '../errors.ts';
import type { AccountId, Id } from '../ids.ts';
import type { App } from '../platform.ts';
import type { AuditAction } from './actions.ts';
import { actorName, actorOf, type Actor, type Doer } from './actor.ts';
import { noteApart } from './append.ts';
import type { Details, NewAuditEntry } from './entry.ts';

/** Something that somebody was not let do. */
export interface Refused {
  action: AuditAction;
  outcome: ErrorCode;
  /** What it was tried on, as far as that could be read from the request. */
  targets?: readonly Id<string>[];
  details?: Details;
}

/**
 * What was refused: nothing was changed, so there is no transaction to note it in. The first of a kind is written at
 * once, what follows is counted and written once a minute. However many come, a process writes at most 200 entries a
 * minute of an account, and two for each action, outcome and mode when there were more callers than that.
 */
export interface RefusalLog extends AsyncDisposable {
  note(who: Doer, refused: Refused): void;
  /** Of somebody whom no credential names yet: whoever they said they are. */
  noteOf(accountId: AccountId, actor: Actor, refused: Refused): void;
  /** Writes what was counted since the last time. */
  write(): Promise<void>;
}

const WRITE_MS = 60_000;
/** Callers, addresses and actions that are told apart, of one account in a minute. */
const GROUPS_PER_ACCOUNT = 100;
const TARGETS_PER_GROUP = 20;
const ENTRIES_PER_WRITE = 500;

interface Group {
  accountId: AccountId;
  actor: Actor;
  action: AuditAction;
  outcome: ErrorCode;
  details: Details | null;
  targets: Set<Id<string>>;
  /** That are not written yet. */
  count: number;
}

export function createRefusalLog(app: App): RefusalLog {
  const groups = new Map<AccountId, Map<string, Group>>();
  let scheduled: Promise<void> | undefined;
  let writing: Promise<void> = Promise.resolve();

  function groupOf(accountId: AccountId, by: Actor, { action, outcome, ...refused }: Refused): Group {
    let actor = by;
    let details = refused.details ?? null;
    let ofAccount = groups.get(accountId);
    if (!ofAccount) groups.set(accountId, (ofAccount = new Map<string, Group>()));
    let name = `${actorName(actor)} ${action} ${outcome} ${JSON.stringify(details)}`;
    if (!ofAccount.has(name) && ofAccount.size >= GROUPS_PER_ACCOUNT) {
      actor = {
        ...{ kind: 'several', id: null, session: null, address: null },
        ...(by.mode && { mode: by.mode }),
      };
      details = null;
      name = `${action} ${outcome} ${by.mode ?? ''}`;
    }
    let group = ofAccount.get(name);
    if (!group) {
      group = { accountId, actor, action, outcome, details, targets: new Set(), count: 0 };
      ofAccount.set(name, group);
      scheduled ??= soon();
    }
    return group;
  }

  async function soon(): Promise<void> {
    // Together with all that is refused in this turn.
    await new Promise((resolve) => setImmediate(resolve));
    scheduled = undefined;
    await writeQuietly();
  }

  /** Behind what is being written. */
  function write(): Promise<void> {
    const written = writing.then(writeCounted);
    writing = written.catch(() => undefined);
    return written;
  }

  async function writeCounted(): Promise<void> {
    const counted = [...groups.values()].flatMap((of) => [...of.values()]).filter(({ count }) => count > 0);
    for (let i = 0; i < counted.length; i += ENTRIES_PER_WRITE)
      await writeGroups(counted.slice(i, i + ENTRIES_PER_WRITE));
  }

  async function writeGroups(some: readonly Group[]): Promise<void> {
    const entries = some.map(({ targets, ...group }): NewAuditEntry => ({
      ...group,
      kind: 'refusal',
      targets: [...targets],
    }));
    for (const group of some) {
      group.count = 0;
      group.targets.clear();
    }
    try {
      await noteApart(app, entries);
    } catch (error) {
      // Counted again, for the next time.
      for (const [i, group] of some.entries()) group.count += entries[i]!.count!;
      throw error;
    }
  }

  const writeQuietly = () =>
    write().catch((error: unknown) => app.log.warn({ err: error }, 'noting what was refused failed'));

  async function turn(): Promise<void> {
    await writeQuietly();
    // What was refused again meanwhile stays known, and is counted on.
    for (const [accountId, ofAccount] of groups) {
      for (const [name, { count }] of ofAccount) if (count === 0) ofAccount.delete(name);
      if (ofAccount.size === 0) groups.delete(accountId);
    }
  }
  const timer = setInterval(() => void turn(), WRITE_MS);
  timer.unref();

  function noteOf(accountId: AccountId, actor: Actor, refused: Refused): void {
    const group = groupOf(accountId, actor, refused);
    group.count += 1;
    for (const target of refused.targets ?? [])
      if (group.targets.size < TARGETS_PER_GROUP) group.targets.add(target);
  }

  return {
    note: (who, refused) => noteOf(who.accountId, actorOf(who), refused),
    noteOf,
    write,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await scheduled;
      await writeQuietly();
    },
  };
}
