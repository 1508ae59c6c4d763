import { createHash } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import type { App } from '../platform.ts';
import { createDecoyKeys } from './decoy-keys.ts';
import { InvalidClient } from './errors.ts';
import { ASSERTION_ALGORITHMS, CLOCK_TOLERANCE_SECONDS, LONGEST_ASSERTION_SECONDS } from './limits.ts';
import { oauthAssertions, type OAuthClientRow } from './table.ts';

const MAX_ASSERTION_LENGTH = 4_096;
const MAX_ID_LENGTH = 255;
// A library may pass over what stands around and between it.
const FORM = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** The client that an assertion is said to be of; undefined when it says none. */
export function clientNamedBy(assertion: string): string | undefined {
  // A claim is any JSON, whatever its type says.
  const sub: unknown = decode(assertion)?.sub;
  return typeof sub === 'string' ? sub : undefined;
}

/**
 * Verifies an assertion that a client has signed with a key of its own (RFC 7523 §3). It is good once. Where there is
 * no such client, or it has no such key, a signature is verified all the same: its time would tell which clients are.
 * @throws {InvalidClient} that says what is wrong, as far as the assertion itself shows it
 */
export async function verifyAssertion(
  app: App,
  row: OAuthClientRow | undefined,
  assertion: string,
): Promise<undefined> {
  const expiresAt = refuseByItself(app, assertion);
  let jti: string;
  try {
    const { payload } = await jwtVerify(assertion, keysOf(app, row), {
      algorithms: [...ASSERTION_ALGORITHMS],
      ...(row && { issuer: row.id, subject: row.id }),
      audience: app.publicUrl,
      requiredClaims: ['exp', 'jti'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(app.clock()),
    });
    jti = payload.jti!;
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    app.log.debug({ clientId: row?.id, reason: error.code }, 'the assertion of an OAuth client');
    throw new InvalidClient();
  }
  // By a decoy nothing is right.
  if (!row) throw new InvalidClient();
  const { id } = row;
  const hash = createHash('sha256').update(jti).digest();
  const used = await app.db
    .insert(oauthAssertions)
    .values({ accountId: row.accountId, clientId: id, hash, expiresAt })
    .onConflictDoNothing()
    .returning({ hash: oauthAssertions.hash });
  if (used.length === 0) throw new InvalidClient('This assertion was used before. Each one is good once.');
}

function keysOf(app: App, row: OAuthClientRow | undefined): JWTVerifyGetKey {
  const own = createLocalJWKSet({ keys: row?.publicKeys ?? [] });
  return async (header, token) => {
    try {
      return await own(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // Imported anew each time, as those of a client are.
      const decoys = createLocalJWKSet({ keys: [...app.single(createDecoyKeys)] });
      return decoys({ alg: header.alg }, token);
    }
  };
}

/** @returns when it can no longer be used @throws {InvalidClient} */
function refuseByItself(app: App, assertion: string): Date {
  const claims = decode(assertion);
  if (!claims) throw new InvalidClient('The client assertion is no signed JWT.');
  const { iss, sub, aud, exp, iat, jti } = claims;
  if (iss !== sub) throw new InvalidClient('iss and sub of the assertion are the id of the client, both.');
  const audiences = [aud].flat();
  // For anybody else it could be somebody else's who shows it here.
  if (audiences.length !== 1 || audiences[0] !== app.publicUrl)
    throw new InvalidClient(`aud of the assertion is ${app.publicUrl} and nothing else.`);
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH)
    throw new InvalidClient(`jti of the assertion has 1 to ${MAX_ID_LENGTH} characters.`);
  const latest = app.clock() / 1_000 + CLOCK_TOLERANCE_SECONDS;
  // A clock that is ahead by more makes assertions for later: for whoever gets hold of them until then.
  if (iat !== undefined && !(typeof iat === 'number' && iat <= latest))
    throw new InvalidClient('iat of the assertion is when it is made, in seconds: it is later than now.');
  if (typeof exp !== 'number' || exp > latest + LONGEST_ASSERTION_SECONDS)
    throw new InvalidClient(`An assertion ends within ${LONGEST_ASSERTION_SECONDS} s.`);
  return new Date((exp + CLOCK_TOLERANCE_SECONDS) * 1_000);
}

function decode(assertion: string) {
  if (assertion.length > MAX_ASSERTION_LENGTH || !FORM.test(assertion)) return undefined;
  try {
    return decodeJwt(assertion);
  } catch {
    return undefined;
  }
}
