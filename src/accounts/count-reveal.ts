import type { App } from '../platform.ts';
import { TooManyReveals } from './errors.ts';
import type { Principal } from './principal.ts';

/** More than anybody looks up who helps people one after the other. */
export const REVEALS_AN_HOUR = 60;
const HOUR_SECONDS = 3_600;

/**
 * Counts a number that a person is about to see: over all processes, and before it is looked for. A server that has
 * the permission sees numbers wherever they are, and is not counted.
 * @throws {TooManyReveals}
 */
export async function countReveal(app: App, who: Principal): Promise<void> {
  if (who.kind !== 'person') return;
  const { total, endsInMs } = await app.counter.add(`reveals of ${who.personId}`, 1, HOUR_SECONDS);
  if (total > REVEALS_AN_HOUR) throw new TooManyReveals(Math.max(1, Math.ceil(endsInMs / 1_000)));
}
