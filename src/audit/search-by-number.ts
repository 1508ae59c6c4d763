import { countSearch } from '../accounts/count-search.ts';
import { TooManySearches } from '../accounts/errors.ts';
import type { Principal } from '../accounts/principal.ts';
import type { AccountId, Id } from '../ids.ts';
import type { App } from '../platform.ts';
import { actorOf, type Actor } from './actor.ts';
import { noteApart } from './append.ts';
import type { NewAuditEntry } from './entry.ts';
import { alikeIn, READ_BATCH, TARGETS_PER_ENTRY } from './note-reads.ts';
import { noteRefusal } from './note-refusal.ts';

/** A question that names a phone number. */
export interface NumberSearch {
  action: 'number.search' | 'number.resolve' | 'safe_number.search' | 'entity.search';
  accountId: AccountId;
  actor: Actor;
  /** What was found: ids, and never the number. */
  found: readonly Id<string>[];
}

/**
 * Looks for something by a phone number that the caller has said. Whether there is anything of a number is personal
 * data of its holder: it is counted before, and noted before it is answered, also when nothing was found.
 * @param find throws for a question that is wrong, never for one whose answer is no
 * @throws {TooManySearches} and what `find` does
 */
export async function searchByNumber<T>(
  app: App,
  who: Principal,
  action: NumberSearch['action'],
  find: () => Promise<T>,
  idsOf: (answer: T) => readonly Id<string>[],
): Promise<T> {
  await countSearch(app, who).catch((error: unknown) => {
    if (error instanceof TooManySearches) noteRefusal(app, who, action, error, []);
    throw error;
  });
  const answer = await find();
  const { accountId } = who;
  const search = { action, accountId, actor: actorOf(who), found: idsOf(answer) };
  await app.batched(commitSearches, READ_BATCH).add(search);
  return answer;
}

async function commitSearches(app: App, searches: readonly NumberSearch[]): Promise<undefined[]> {
  await noteApart(app, mergeSearches(searches));
  return searches.map(() => undefined);
}

/** One entry for all that one caller asked of one kind, with how often that was; a further one when it is full. */
export function mergeSearches(searches: readonly NumberSearch[]): NewAuditEntry[] {
  return alikeIn(searches).flatMap((alike) => {
    const { accountId, actor, action } = alike[0]!;
    return inFull(alike).map(({ count, targets }) => ({
      ...{ accountId, actor, action, count },
      targets: [...targets],
    }));
  });
}

/** A search stays whole, so that counts add up: one that found more than fits into an entry has one for itself. */
function inFull(alike: readonly NumberSearch[]): { count: number; targets: Set<Id<string>> }[] {
  const parts: { count: number; targets: Set<Id<string>> }[] = [];
  for (const { found } of alike) {
    const last = parts.at(-1);
    const joined = last?.targets.union(new Set(found));
    if (last && joined && joined.size <= TARGETS_PER_ENTRY) {
      last.count += 1;
      last.targets = joined;
    } else parts.push({ count: 1, targets: new Set(found) });
  }
  return parts;
}
