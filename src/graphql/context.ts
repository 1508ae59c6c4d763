import { CredentialMissing } from '../accounts/errors.ts';
import type { PersonPrincipal, Principal } from '../accounts/principal.ts';
import type { Shown } from '../audit/note-reads.ts';
import { PersonNeeded } from '../people/errors.ts';
import type { App } from '../platform.ts';

/** What every resolver is given. */
export interface GraphqlContext {
  app: App;
  /** Absent for a stranger, who may read the schema and nothing else. */
  principal: Principal | undefined;
  /** Of an event: what is shown of it in full, for the audit log. It is noted for each who gets the event. */
  shown?: Shown[];
}

/**
 * Who is asking. The authentication plugin lets nobody through to a field without knowing it.
 * @throws {CredentialMissing} if it did after all
 */
export function callerOf(context: GraphqlContext): Principal {
  if (!context.principal) throw new CredentialMissing();
  return context.principal;
}

/**
 * The person who is asking: for fields that are about them (`permission: 'person'`), which nobody else gets to.
 * @throws {CredentialMissing | PersonNeeded}
 */
export function personOf(context: GraphqlContext): PersonPrincipal {
  const who = callerOf(context);
  if (who.kind !== 'person') throw new PersonNeeded('This');
  return who;
}
