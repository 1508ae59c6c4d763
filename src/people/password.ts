import { argon2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { RandomBytes } from '../crypto/random.ts';
import { InvalidInput } from '../errors.ts';

// OWASP, Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane. 26 ms of one core here.
const MEMORY_KB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** NIST SP 800-63B-4 §3.1.1.2: at least 15 where it is the only factor; a second one is offered, not demanded. */
export const MIN_PASSWORD = 15;
/** Octets are hashed, not stored: room for any sentence. */
export const MAX_PASSWORD = 128;

const derive = promisify(argon2);
const FORM = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/-]+)\$([\w+/-]+)$/;

interface Cost {
  memory: number;
  passes: number;
  parallelism: number;
}

/** Derives off the main thread. @returns in PHC form, which says what it cost to make */
export async function hashPassword(randomBytes: RandomBytes, password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const cost = { memory: MEMORY_KB, passes: PASSES, parallelism: LANES };
  const tag = await hash(password, salt, TAG_BYTES, cost);
  const parameters = `m=${MEMORY_KB},t=${PASSES},p=${LANES}`;
  return `$argon2id$v=19$${parameters}$${base64(salt)}$${base64(tag)}`;
}

/** @returns false also for a hash that is none */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = FORM.exec(stored) ?? [];
  if (!memory || !salt || !tag) return false;
  const expected = Buffer.from(tag, 'base64');
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const found = await hash(password, Buffer.from(salt, 'base64'), expected.length, cost);
  return timingSafeEqual(found, expected);
}

/** @throws {InvalidInput} */
export function readNewPassword(password: string): string {
  // Counted as a person counts: one emoji is one.
  const length = [...password].length;
  if (length < MIN_PASSWORD || length > MAX_PASSWORD)
    throw new InvalidInput(
      'password',
      `A password has ${MIN_PASSWORD} to ${MAX_PASSWORD} characters, of any kind. A few words make a good one.`,
    );
  return password;
}

function hash(password: string, nonce: Buffer, tagLength: number, cost: Cost): Promise<Buffer> {
  // NFKC: the same characters, whichever keyboard composed them (NIST SP 800-63B-4 §3.1.1.2).
  return derive('argon2id', { message: password.normalize('NFKC'), nonce, tagLength, ...cost });
}

/** Without padding, as PHC strings have it. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
