import { countReveal } from '../accounts/count-reveal.ts';
import type { Mode } from '../accounts/mode.ts';
import type { Principal } from '../accounts/principal.ts';
import { doNoted } from '../audit/act.ts';
import type { VerificationId } from '../ids.ts';
import type { App } from '../platform.ts';
import { NumberGone, VerificationNotFound } from './errors.ts';
import { numberOf } from './number-of.ts';
import { findVerification } from './queries.ts';

/** The destination of a verification, in full. */
export interface RevealedNumber {
  verificationId: VerificationId;
  mode: Mode;
  /** E.164 with `+`. */
  number: string;
}

/**
 * Shows one number in full, and notes who saw it: nobody sees one that is not in the log.
 * @throws {VerificationNotFound | NumberGone | TooManyReveals}
 */
export async function revealNumber(app: App, who: Principal, id: VerificationId): Promise<RevealedNumber> {
  await countReveal(app, who);
  const row = await findVerification(app, who, id);
  if (!row) throw new VerificationNotFound();
  const number = await numberOf(app, row);
  if (number === undefined) throw new NumberGone();
  await app.db.transaction((tx) => doNoted(tx, who, 'number.reveal', app.clock(), async (act) => act.on(id)));
  return { verificationId: id, mode: row.mode, number };
}
