import { eq } from 'drizzle-orm';
import { CredentialInvalid } from '../accounts/errors.ts';
import type { AuditAction } from '../audit/actions.ts';
import { createRefusalLog } from '../audit/refusals.ts';
import type { ErrorCode } from '../errors.ts';
import type { AccountId, PersonId, SessionId } from '../ids.ts';
import type { App } from '../platform.ts';
import { findSession } from './authenticate-session.ts';
import { emailIndex } from './personal-data.ts';
import { members, people } from './table.ts';

/** What somebody was not let do about themselves. */
export interface RefusedAct {
  action: AuditAction;
  outcome: ErrorCode;
  address: string | null;
}

/** Whom it is about, as far as that was said: by an e-mail address, or by the token of a session. */
export type SaidToBe = { email: string } | { token: string };

/**
 * Notes in every account of a person that they, or somebody who said to be them, were not let do something. What is
 * only not understood is no attempt at anything; whoever is in no account has no log.
 */
export async function noteRefusedOf(app: App, said: SaidToBe, refused: RefusedAct): Promise<void> {
  if (/^(?:input|request|internal)\//.test(refused.outcome)) return;
  if ('email' in said) {
    // One statement, whether there is anybody or not: the time is not to tell.
    const rows = await app.db
      .select({ accountId: members.accountId, personId: members.personId })
      .from(people)
      .innerJoin(members, eq(members.personId, people.id))
      .where(eq(people.emailIndex, emailIndex(app, said.email)));
    for (const { accountId, personId } of rows) note(app, accountId, { personId, sessionId: null }, refused);
    return;
  }
  const session = await findSession(app, said.token).catch((error: unknown) => {
    if (error instanceof CredentialInvalid) return undefined;
    throw error;
  });
  if (session) for (const accountId of session.principals.keys()) note(app, accountId, session, refused);
}

/** Notes it of somebody who is known. */
export async function noteRefusedPerson(
  app: App,
  who: { personId: PersonId; sessionId: SessionId | null },
  refused: RefusedAct,
): Promise<void> {
  const rows = await app.db
    .select({ accountId: members.accountId })
    .from(members)
    .where(eq(members.personId, who.personId));
  for (const { accountId } of rows) note(app, accountId, who, refused);
}

function note(
  app: App,
  accountId: AccountId,
  { personId, sessionId }: { personId: PersonId; sessionId: SessionId | null },
  { action, outcome, address }: RefusedAct,
): void {
  const actor = { kind: 'person', id: personId, session: sessionId, address } as const;
  app.single(createRefusalLog).noteOf(accountId, actor, { action, outcome, targets: [personId] });
}
