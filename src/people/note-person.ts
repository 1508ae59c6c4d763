import { eq } from 'drizzle-orm';
import type { AuditAction } from '../audit/actions.ts';
import { noteAct } from '../audit/append.ts';
import type { Details, Outcome } from '../audit/entry.ts';
import type { DbTransaction } from '../db/client.ts';
import type { PersonId, SessionId } from '../ids.ts';
import { members } from './table.ts';

/** What somebody did about themselves: they belong to no account, so it is about each that they are in. */
export interface PersonalAct {
  personId: PersonId;
  sessionId: SessionId | null;
  /** From where; null: nobody knows. */
  address: string | null;
  action: AuditAction;
  /** Absent: themselves. */
  target?: SessionId | undefined;
  outcome?: Outcome | undefined;
  details?: Details | undefined;
}

/** Notes it in every account that they are in. */
export async function noteOfPerson(tx: DbTransaction, act: PersonalAct, now: number): Promise<void> {
  const { personId, sessionId, address, action, target, outcome, details } = act;
  const noted = {
    action,
    targets: [target ?? personId],
    ...(outcome && { outcome }),
    ...(details && { details }),
  };
  const actor = { kind: 'person', id: personId, session: sessionId, address } as const;
  const rows = await tx
    .select({ accountId: members.accountId })
    .from(members)
    .where(eq(members.personId, personId));
  for (const { accountId } of rows) await noteAct(tx, { accountId, actor, ...noted }, now);
}
