import type { App } from '../platform.ts';
import { TooManyAttempts } from './errors.ts';
import { hashPassword, verifyPassword } from './password.ts';

/** The making and checking of passwords, of which only so many go on at a time. */
export interface Passwords {
  hash(password: string): Promise<string>;
  verify(stored: string, password: string): Promise<boolean>;
}

// Each takes a core and 19 MiB. libuv has four threads, and files and name look-ups need some, too.
const AT_A_TIME = 2;
/** Some seconds' worth: whoever comes behind these is told to come back. */
const MAX_WAITING = 100;
const COME_BACK_SECONDS = 10;

export function createPasswords(app: App): Passwords {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (waiting.length >= MAX_WAITING) throw new TooManyAttempts(COME_BACK_SECONDS);
    if (running >= AT_A_TIME) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  }

  return {
    hash: (password) => inTurn(() => hashPassword(app.keys.randomBytes, password)),
    verify: (stored, password) => inTurn(() => verifyPassword(stored, password)),
  };
}
