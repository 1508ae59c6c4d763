import { z } from 'zod';
import { InvalidInput } from '../errors.ts';

// RFC 5321 §4.5.3.1: a path has at most 256 octets, its angle brackets among them. The form is the one that the
// sign-in takes: whoever can be invited must be able to come in.
const Email = z.email().max(254);

/**
 * Reads an e-mail address as people type it.
 * @throws {InvalidInput}
 */
export function readEmail(typed: string): string {
  const email = normalizeEmail(typed);
  if (!Email.safeParse(email).success)
    throw new InvalidInput('email', 'An e-mail address is written name@example.com.');
  return email;
}

/**
 * The one form in which an address is kept and compared. Two that differ in case are one: no mail server that
 * people have tells them apart, and a person must not exist twice.
 */
export function normalizeEmail(typed: string): string {
  return typed.trim().toLowerCase();
}
