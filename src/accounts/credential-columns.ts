import { text } from 'drizzle-orm/pg-core';
import { personIdColumn } from '../db/columns.ts';
import type { MakerId } from './maker.ts';

/** Who made a credential, and who knows its secrets: of API keys and OAuth clients alike. */
export const credentialColumns = () => ({
  /** null: a version before this was kept made it, and nobody knows. */
  createdBy: text().$type<MakerId>(),
  /** The person, or the one behind the key that made it; null: none, or nobody knows. They may be gone since. */
  createdByPerson: personIdColumn(),
  /** Who was shown the secret that works, or gave a public key that does. */
  holders: personIdColumn().array().notNull().default([]),
  /** Who was shown the secret before the last rotation. */
  previousHolders: personIdColumn().array().notNull().default([]),
});
