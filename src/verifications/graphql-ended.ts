import { DomainError } from '../errors.ts';
import type { VerificationId } from '../ids.ts';

const ABOUT = Symbol('about');

/** Notes on an error which verification it is about, so that its type can show more than its message. */
export function about(id: VerificationId, error: unknown): unknown {
  return error instanceof DomainError ? Object.assign(error, { [ABOUT]: id }) : error;
}

/** Which verification an error of `checkVerification` is about. */
export function verificationOf(error: DomainError): VerificationId {
  return (error as DomainError & { [ABOUT]: VerificationId })[ABOUT];
}
