import { eq } from 'drizzle-orm';
import type { Role } from '../accounts/roles.ts';
import { doNoted } from '../audit/act.ts';
import { bySystem } from '../audit/actor.ts';
import { newId } from '../crypto/new-id.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { announcePeople } from './announce.ts';
import { findPersonByEmail, preparePerson } from './create-person.ts';
import { members, people, type MemberRow } from './table.ts';

/**
 * Puts somebody into an account; after the commit it is to be announced. Until then nobody deletes them, as the removal
 * from their last other account would.
 * @returns `in` when they are in it already, and keep their role; `gone` when they were deleted in this moment
 */
export async function addMember(
  tx: DbTransaction,
  { accountId, personId, role }: { accountId: AccountId; personId: PersonId; role: Role },
  now: number,
): Promise<MemberRow | 'in' | 'gone'> {
  const held = await tx
    .select({ id: people.id })
    .from(people)
    .where(eq(people.id, personId))
    .for('key share');
  if (held.length === 0) return 'gone';
  const row: MemberRow = { accountId, id: newId('mem', now), personId, role, createdAt: new Date(now) };
  const [added] = await tx.insert(members).values(row).onConflictDoNothing().returning();
  return added ?? 'in';
}

/**
 * Makes somebody a member by the operator's word, without an invitation: the first owner of an account. Who can
 * sign in already keeps their password.
 * @returns whether the person was new
 * @throws {InvalidInput}
 */
export async function makeMember(
  app: App,
  input: { accountId: AccountId; email: string; name: string; password: string; role: Role },
): Promise<{ personId: PersonId; isNew: boolean }> {
  const { accountId, role } = input;
  const known = await findPersonByEmail(app, input.email);
  // Whoever runs the installation is believed.
  const person = known ? undefined : await preparePerson(app, { ...input, emailVerified: true });
  const personId = known ?? person!.id;
  await app.db.transaction(async (tx) => {
    await person?.write(tx);
    const added = await addMember(tx, { accountId, personId, role }, app.clock());
    if (added === 'gone') throw new Error('They were removed from everywhere in this moment. Do it again.');
    if (added !== 'in')
      await doNoted(tx, bySystem(accountId), 'member.add', app.clock(), async (act) =>
        act.on(added.id, { role }),
      );
  });
  announcePeople(app, [personId]);
  return { personId, isNew: !known };
}
