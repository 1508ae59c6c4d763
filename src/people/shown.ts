import type { Principal } from '../accounts/principal.ts';
import { noteRead } from '../audit/note-reads.ts';
import type { App } from '../platform.ts';
import { openInvited } from './invited.ts';
import { openPerson, type PersonalData } from './personal-data.ts';
import type { InvitationRow, MemberRow } from './table.ts';

/** With an address that whoever is answered has just said: they are shown nothing new. */
export type Given<Row> = Row & { given?: true };

type Shown = Pick<MemberRow, 'id' | 'personId'> & { person: Parameters<typeof openPerson>[1] };

/** What a member is called, and their address. That somebody else is shown it is noted before. */
export async function shownPerson(app: App, who: Principal, member: Shown): Promise<PersonalData> {
  const isSelf = who.kind === 'person' && who.personId === member.personId;
  if (!isSelf) await noteRead(app, who, { action: 'member.read', target: member.id });
  return openPerson(app, member.person);
}

/** Whom an invitation is for. */
export async function shownInvited(app: App, who: Principal, row: Given<InvitationRow>): Promise<string> {
  if (!row.given) await noteRead(app, who, { action: 'invitation.read', target: row.id });
  return openInvited(app, row);
}
