import type { Mode } from '../accounts/mode.ts';
import type { Principal } from '../accounts/principal.ts';
import type { AccountId, OAuthClientId } from '../ids.ts';

/** Otpost itself: a seed, a worker's chore. */
export interface SystemDoer {
  kind: 'system';
  accountId: AccountId;
}

/** Who can do something: a caller, or the program by itself. */
export type Doer = Principal | SystemDoer;

export function bySystem(accountId: AccountId): SystemDoer {
  return { kind: 'system', accountId };
}

/** Who did something, as it is kept. */
export interface Actor {
  /** `several`: so many that they are no longer told apart. */
  kind: Doer['kind'] | 'several';
  /** Prefixed: of the key, of the person, of the client; of a client token its verification. Null: the system. */
  id: string | null;
  /** Of one with several, which one: a session, a token. Prefixed. */
  session: string | null;
  /** Where it was done from; null: from within, or from many places. */
  address: string | null;
  /** Of an API key, and of what Otpost ends of one's; absent of all others, who do nothing in tests. An entry has it beside its actor. */
  mode?: Mode;
}

/** A new kind of principal has its line here. */
export function actorOf(who: Doer): Actor {
  switch (who.kind) {
    case 'apiKey':
      return {
        ...{ kind: who.kind, id: who.apiKeyId, session: null, address: who.address ?? null },
        mode: who.mode ?? 'live',
      };
    case 'accessToken':
      return { kind: who.kind, id: who.clientId, session: who.tokenId, address: who.address ?? null };
    case 'person':
      return { kind: who.kind, id: who.personId, session: who.sessionId, address: who.address ?? null };
    case 'clientToken':
      return { kind: who.kind, id: who.verificationId, session: null, address: who.address ?? null };
    case 'system':
      return { kind: who.kind, id: null, session: null, address: null };
    default:
      throw new Error(`unhandled actor: ${who satisfies never}`);
  }
}

/** An OAuth client by itself, without a token. */
export function clientActor(id: OAuthClientId, address: string | undefined): Actor {
  return { kind: 'accessToken', id, session: null, address: address ?? null };
}

/** A string that is equal for equal ones. */
export function actorName({ kind, id, session, address }: Actor): string {
  return `${kind} ${id ?? ''} ${session ?? ''} ${address ?? ''}`;
}
