import { INSTALLATION } from '../crypto/key-memory.ts';
import { open, seal } from '../crypto/seal.ts';
import type { PersonId } from '../ids.ts';
import type { App } from '../platform.ts';
import { normalizeEmail } from './email.ts';

/** Where something of a person rests. A person belongs to no account: the keys are those of the installation. */
export interface PersonalPlace {
  table: string;
  column: string;
  row: string;
}

export function sealPersonal(app: Pick<App, 'keys'>, text: string, place: PersonalPlace): Buffer {
  return seal(app.keys, text, { account: INSTALLATION, ...place });
}

export function openPersonal(app: Pick<App, 'keys'>, sealed: Buffer, place: PersonalPlace): string {
  return open(app.keys, sealed, { account: INSTALLATION, ...place });
}

/** By which a person, or an invitation, is found; equal for addresses that differ in case. */
export function emailIndex(app: Pick<App, 'keys'>, email: string): Buffer {
  return app.keys.blindIndex('email', normalizeEmail(email));
}

/** What a person is called, and their address. */
export interface PersonalData {
  email: string;
  name: string;
}

export function sealPerson(app: Pick<App, 'keys'>, id: PersonId, { email, name }: PersonalData) {
  return {
    emailSealed: sealPersonal(app, email, { table: 'people', column: 'email', row: id }),
    emailIndex: emailIndex(app, email),
    nameSealed: sealPersonal(app, name, { table: 'people', column: 'name', row: id }),
  };
}

export function openPerson(
  app: Pick<App, 'keys'>,
  row: { id: PersonId; emailSealed: Buffer; nameSealed: Buffer },
): PersonalData {
  return {
    email: openPersonal(app, row.emailSealed, { table: 'people', column: 'email', row: row.id }),
    name: openPersonal(app, row.nameSealed, { table: 'people', column: 'name', row: row.id }),
  };
}
