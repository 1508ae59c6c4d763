import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose';
import type { CredentialFault } from '../accounts/errors.ts';
import { isPermission, type Permission } from '../accounts/permissions.ts';
import {
  parseId,
  type AccessTokenId,
  type AccountId,
  type Id,
  type IdPrefix,
  type OAuthClientId,
} from '../ids.ts';
import { CLOCK_TOLERANCE_SECONDS, LONGEST_TOKEN_SECONDS } from './limits.ts';
import { isScope } from './scopes.ts';

/** The one that we sign with and take: a token does not choose (RFC 8725 §3.1). Every library has it. */
export const SIGNING_ALGORITHM = 'ES256';
const SIGNATURE_BYTES = 64;
/** Says that it is an access token, so that no other kind of token passes for one (RFC 9068 §2.1). */
const TYPE = 'at+jwt';
/** Ours with every permission that there is has 1,100. */
export const MAX_TOKEN_LENGTH = 4_096;

/** What an access token says. */
export interface AccessToken {
  id: AccessTokenId;
  accountId: AccountId;
  clientId: OAuthClientId;
  /** Of the client when it was made. */
  generation: number;
  scope: readonly Permission[];
  /** Epoch milliseconds, to the second. */
  issuedAt: number;
  expiresAt: number;
}

/** Writes a token as RFC 9068 has it. 190 µs, most of it the signature. */
export function writeAccessToken(
  token: AccessToken,
  issuer: string,
  { kid, key }: { kid: string; key: CryptoKey },
): Promise<string> {
  const { id, accountId, clientId, generation, scope } = token;
  const said = { client_id: clientId, account_id: accountId, scope: scope.join(' '), generation };
  return new SignJWT(said)
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: TYPE, kid })
    .setIssuer(issuer)
    .setAudience(issuer)
    .setSubject(clientId)
    .setJti(id)
    .setIssuedAt(token.issuedAt / 1_000)
    .setExpirationTime(token.expiresAt / 1_000)
    .sign(key);
}

/** Whether a text has the form of a signed JWT; it may be anybody's. */
export function looksLikeAccessToken(text: string): boolean {
  return text.startsWith('eyJ') && text.split('.', 4).length === 3;
}

/**
 * Reads a token. What is wrong is told as far as the token itself shows it to everybody; that its time is up
 * only when its signature is ours. 230 µs, most of it the signature.
 * @param verifying the public key of that name
 */
export async function readAccessToken(
  text: string,
  issuer: string,
  now: number,
  verifying: (kid: string) => Promise<CryptoKey | undefined>,
): Promise<AccessToken | CredentialFault> {
  const shown = decode(text);
  if (!shown) return 'malformed';
  const { kid, payload } = shown;
  if (payload.iss !== issuer || payload.aud !== issuer) return 'wrong_audience';
  const key = await verifying(kid);
  if (!key) return 'unknown';
  try {
    const verified = await jwtVerify(text, key, {
      algorithms: [SIGNING_ALGORITHM],
      typ: TYPE,
      issuer,
      audience: issuer,
      requiredClaims: ['sub', 'client_id', 'account_id', 'exp', 'iat', 'jti', 'scope'],
      // Also refuses what is said to be made in the future.
      maxTokenAge: LONGEST_TOKEN_SECONDS + CLOCK_TOLERANCE_SECONDS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
    });
    return readClaims(verified.payload, now);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'expired';
    if (error instanceof errors.JOSEError) return 'unknown';
    throw error;
  }
}

/** What a token shows of itself; undefined when it is none that we could have written. */
function decode(text: string): { kid: string; payload: JWTPayload } | undefined {
  if (text.length > MAX_TOKEN_LENGTH || !isWhole(text)) return undefined;
  try {
    const { alg, typ, kid } = decodeProtectedHeader(text);
    if (alg !== SIGNING_ALGORITHM || typ !== TYPE || typeof kid !== 'string') return undefined;
    return { kid, payload: decodeJwt(text) };
  } catch {
    return undefined;
  }
}

// What is signed is the text itself; of the signature the last character has bits that say nothing. One
// text per token: nobody can write down a second one that is as good.
function isWhole(text: string): boolean {
  const signature = text.slice(text.lastIndexOf('.') + 1);
  const bytes = Buffer.from(signature, 'base64url');
  return bytes.length === SIGNATURE_BYTES && bytes.toString('base64url') === signature;
}

function readClaims(payload: JWTPayload, now: number): AccessToken | CredentialFault {
  const { jti, sub, client_id, account_id, scope, generation, iat, exp } = payload;
  const id = readId('tok', jti);
  const clientId = readId('cli', client_id);
  const accountId = readId('acc', account_id);
  if (!id || !clientId || !accountId || sub !== clientId) return 'unknown';
  if (typeof scope !== 'string' || typeof generation !== 'number') return 'unknown';
  const expiresAt = exp! * 1_000;
  // To the second, whatever clocks are apart: the end is ours alone to know.
  if (now >= expiresAt) return 'expired';
  // A permission that is no more, or no longer for clients, is simply not held.
  return {
    id,
    accountId,
    clientId,
    generation,
    scope: scope.split(' ').filter(isPermission).filter(isScope),
    issuedAt: iat! * 1_000,
    expiresAt,
  };
}

function readId<Prefix extends IdPrefix>(prefix: Prefix, value: unknown): Id<Prefix> | undefined {
  return typeof value === 'string' ? parseId(prefix, value) : undefined;
}
