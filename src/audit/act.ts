import { isDeepStrictEqual } from 'node:util';
import type { DbTransaction } from '../db/client.ts';
import type { Id } from '../ids.ts';
import type { AuditAction } from './actions.ts';
import { actorOf, type Doer } from './actor.ts';
import { noteAct } from './append.ts';
import type { Details } from './entry.ts';

/** What somebody is doing, while it is being done: the doing itself knows to what. */
export interface Act {
  /** Says to what, and of what kind it is. Opaque words only in the details: the log is read by people who may not see more. */
  on(target: Id<string> | readonly Id<string>[], details?: Details): void;
}

/**
 * Does something and notes it, in one transaction: both are there, or neither.
 * @param work says to what it was done with `act.on`
 */
export async function doNoted<T>(
  tx: DbTransaction,
  who: Doer,
  action: AuditAction,
  now: number,
  work: (act: Act) => Promise<T>,
): Promise<T> {
  let about: { targets: readonly Id<string>[]; details: Details | null } | undefined;
  const done = await work({
    on(target, details = undefined) {
      about = { targets: typeof target === 'string' ? [target] : target, details: details ?? null };
    },
  });
  if (!about) throw new Error(`${action} does not say to what it was done: call act.on(id)`);
  await noteAct(tx, { accountId: who.accountId, actor: actorOf(who), action, ...about }, now);
  return done;
}

/** The names of what is not as it was, for the details of an entry. */
export function changedIn<T extends object>(before: T | undefined, after: T): { changed: string[] } {
  const names = Object.keys({ ...before, ...after }) as (keyof T & string)[];
  return { changed: names.filter((name) => !isDeepStrictEqual(before?.[name], after[name])).sort() };
}
