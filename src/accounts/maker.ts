import { actorOf, type Doer } from '../audit/actor.ts';
import { parseId, type ApiKeyId, type OAuthClientId, type PersonId } from '../ids.ts';

/** Who made a credential, prefixed as the audit log names them; `system`: Otpost by itself, e.g. for the demo. */
export type MakerId = PersonId | ApiKeyId | OAuthClientId | 'system';

/** As the audit log calls them; an access token stands for its client. */
export type MakerKind = 'person' | 'apiKey' | 'accessToken' | 'system';

export function makerKindOf(id: MakerId): MakerKind {
  if (id === 'system') return id;
  if (parseId('per', id)) return 'person';
  return parseId('key', id) ? 'apiKey' : 'accessToken';
}

/**
 * Who makes a credential, for its row. What a key makes is of the person whose the key is, too.
 * @param people who they may be
 */
export function madeBy(who: Doer, people: PersonId[]) {
  return {
    createdBy: (actorOf(who).id as MakerId | null) ?? 'system',
    createdByPerson: people[0] ?? null,
    holders: people,
    previousHolders: [],
  };
}

/** What of a credential says who knows a secret of it. */
export interface Held {
  /** Those who know the secret that works. */
  holders: readonly PersonId[];
  /** And the one before the last rotation, which works until then. */
  previousHolders: readonly PersonId[];
  previousEndsAt: Date | null;
}

/** The people who can use a credential now; none: nobody whom we know of. */
export function holdersOf({ holders, previousHolders, previousEndsAt }: Held, now: number): PersonId[] {
  const overlaps = previousEndsAt !== null && previousEndsAt.getTime() > now;
  return [...new Set([...holders, ...(overlaps ? previousHolders : [])])];
}
