import { eq } from 'drizzle-orm';
import { newId } from '../crypto/new-id.ts';
import type { DbTransaction } from '../db/client.ts';
import { readName } from '../errors.ts';
import type { PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { readEmail } from './email.ts';
import { EmailTaken } from './errors.ts';
import { readNewPassword } from './password.ts';
import { createPasswords } from './passwords.ts';
import { emailIndex, sealPerson } from './personal-data.ts';
import { people, personPasswords } from './table.ts';

export interface NewPerson {
  email: string;
  name: string;
  password: string;
  /** They came by a link that was sent to the address. */
  emailVerified: boolean;
}

/** Who can sign in, ready to be written; the work of the password is done. */
export interface PreparedPerson {
  id: PersonId;
  write(tx: DbTransaction): Promise<void>;
}

/**
 * Reads what somebody types of themselves, and hashes the password: before any transaction, for it takes a while.
 * @throws {InvalidInput}
 */
export async function preparePerson(app: App, input: NewPerson): Promise<PreparedPerson> {
  const email = readEmail(input.email);
  const name = readName(input.name);
  const password = await app.single(createPasswords).hash(readNewPassword(input.password));
  const now = new Date(app.clock());
  const id = newId('per', now.getTime());
  const moments = { createdAt: now, updatedAt: now };
  return {
    id,
    /** @throws {EmailTaken} */
    async write(tx) {
      const [made] = await tx
        .insert(people)
        .values({
          id,
          ...sealPerson(app, id, { email, name }),
          emailVerified: input.emailVerified,
          ...moments,
        })
        .onConflictDoNothing()
        .returning({ id: people.id });
      if (!made) throw new EmailTaken();
      const row = { id: newId('sgn', now.getTime()), personId: id, ...moments };
      await tx.insert(personPasswords).values({ ...row, providerId: 'credential', accountId: id, password });
    },
  };
}

/** The person who has an e-mail address. */
export async function findPersonByEmail(app: App, email: string): Promise<PersonId | undefined> {
  const [row] = await app.db
    .select({ id: people.id })
    .from(people)
    .where(eq(people.emailIndex, emailIndex(app, email)));
  return row?.id;
}
