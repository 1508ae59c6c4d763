import type { Principal } from '../accounts/principal.ts';
import { newId } from '../crypto/new-id.ts';
import type { App } from '../platform.ts';
import { parsePhone } from '../verifications/phone.ts';
import { eraseRows } from './erase-rows.ts';
import { noteErasure } from './ledger.ts';
import type { Receipt } from './receipt.ts';
import { markOf, subjectsOf } from './subject.ts';

/**
 * Erases a subject: everything that tells whom a number belongs to is destroyed, and what is pending of it ends.
 * What is left are rows with opaque ids, that are counted.
 * @returns the receipt
 * @throws {InvalidPhoneNumber}
 */
export async function eraseSubject(
  app: App,
  who: Principal,
  input: { to: string; forgetOptOut?: boolean | undefined },
): Promise<Receipt> {
  const { accountId } = who;
  const { e164 } = parsePhone(input.to, null);
  const subjects = subjectsOf(app.keys, accountId, e164);
  const now = app.clock();
  const erasure = {
    accountId,
    id: newId('rcp', now),
    erasedAt: new Date(now),
    marks: subjects.map((subject) => markOf(app.keys, subject)),
    forgetOptOut: input.forgetOptOut ?? false,
  };
  const receipt = await eraseRows(app, who, erasure, { subjects, e164 });
  await noteErasure(app, erasure);
  // Nobody else makes this id, so there is one.
  return receipt!;
}
