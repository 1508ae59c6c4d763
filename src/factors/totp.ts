import { createHmac, timingSafeEqual } from 'node:crypto';

export type TotpAlgorithm = 'sha1' | 'sha256' | 'sha512';

/** How a factor's codes are made, besides its secret (RFC 6238). */
export interface TotpRecipe {
  algorithm: TotpAlgorithm;
  /** Digits of a code, 3–8. */
  codeLength: number;
  stepSeconds: number;
}

/** The span of time that a moment is in. @param now epoch milliseconds */
export function stepAt(now: number, { stepSeconds }: Pick<TotpRecipe, 'stepSeconds'>): number {
  return Math.floor(now / 1000 / stepSeconds);
}

/** The code of a step: an HMAC of its number, cut as RFC 4226 §5.3 says. Leading zeros stay. */
export function codeOfStep(secret: Buffer, step: number, { algorithm, codeLength }: TotpRecipe): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac(algorithm, secret).update(counter).digest();
  const cut = digest.readUInt32BE(digest[digest.length - 1]! & 0xf) & 0x7fff_ffff;
  return String(cut % 10 ** codeLength).padStart(codeLength, '0');
}

/** What is known of a factor when a code is looked at. */
export interface TotpState extends TotpRecipe {
  /** Steps that a device's clock may be off, to either side. */
  skew: number;
  /** Of the last code that was right; that and those before it are right no more (RFC 6238 §5.2). */
  lastStep: number | null;
}

/**
 * Looks for the step that a code is of. All of them are compared, so the time tells nothing.
 * @returns undefined when it is of none that may still come
 */
export function stepOfCode(secret: Buffer, given: string, state: TotpState, now: number): number | undefined {
  const { codeLength, skew, lastStep } = state;
  if (!/^\d+$/.test(given) || given.length !== codeLength) return undefined;
  const current = stepAt(now, state);
  let found: number | undefined;
  for (let step = Math.max(0, current - skew); step <= current + skew; step++) {
    const isCode = timingSafeEqual(Buffer.from(codeOfStep(secret, step, state)), Buffer.from(given));
    if (isCode && step > (lastStep ?? -1)) found ??= step;
  }
  return found;
}

/** What authenticator apps read from a QR code (the Key Uri Format). */
export function totpUri(
  secret: string,
  recipe: TotpRecipe,
  { issuer, name }: { issuer: string; name: string },
): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(name)}`;
  const query = new URLSearchParams({
    secret,
    issuer,
    algorithm: recipe.algorithm.toUpperCase(),
    digits: String(recipe.codeLength),
    period: String(recipe.stepSeconds),
  });
  // Apps read %20, and not all of them the + of forms.
  return `otpauth://totp/${label}?${query.toString().replaceAll('+', '%20')}`;
}
