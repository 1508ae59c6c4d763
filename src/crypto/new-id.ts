import type { Id, IdPrefix } from '../ids.ts';
import { createRandom } from './random.ts';

// The process's own, like its clock: ids made by one process are unique and in order.
const random = createRandom();
const last = { ms: 0, sequence: 0 };
/** A clock that was set back by more is followed: rows are kept and found by the time in their ids. */
const SET_BACK_MS = 60_000;

/**
 * Makes a new id: 48 bits of milliseconds, a 12-bit counter within the millisecond, 62 random bits (RFC 9562,
 * method 1). Ids made by one process sort in the order they were made, unless its clock is set back by more than
 * a minute.
 */
export function newId<Prefix extends IdPrefix>(prefix: Prefix, now: number = Date.now()): Id<Prefix> {
  if (now > last.ms || now < last.ms - SET_BACK_MS) {
    last.ms = now;
    last.sequence = 0;
  } else if (++last.sequence > 0xfff) {
    last.ms += 1;
    last.sequence = 0;
  }
  const time = last.ms.toString(16).padStart(12, '0');
  const sequence = last.sequence.toString(16).padStart(3, '0');
  const chance = random.hex(8);
  const variant = '89ab'.charAt(Number.parseInt(chance.charAt(0), 16) & 3);
  return `${prefix}_${time}7${sequence}${variant}${chance.slice(1)}`;
}
