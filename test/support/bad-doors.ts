import { sign } from 'node:crypto';
import * as fc from 'fast-check';
import type { Path } from '../../src/graphql/paths.ts';
import { WRONG_TYPES, type BadInput } from './bad-rest.ts';
import { absurdBody, absurdBytes, absurdHeader, absurdJson, absurdText, writeJson } from './absurd-inputs.ts';
import type { Doorstep, Visitor } from './doorstep.ts';
import { basic } from './oauth.ts';

/** Where people sign in, where clients get their tokens, and what is said of both. */
export type DoorPath = Extract<Path, `/auth/${string}` | `/oauth/${string}` | `/.well-known/oauth-${string}`>;

export function isDoorPath(path: Path): path is DoorPath {
  return /^\/(?:auth|oauth|\.well-known\/oauth-)/.test(path);
}

interface DoorRow {
  method: 'GET' | 'POST';
  /** Whoever comes; any of the visitors when absent. */
  who?: (step: Doorstep) => Visitor;
  /** What is asked first. */
  question?: DoorPath;
  body?: (step: Doorstep, visitor: Visitor) => fc.Arbitrary<string>;
}

const json =
  (right: (visitor: Visitor, step: Doorstep) => object): DoorRow['body'] =>
  (step, visitor) =>
    absurdBody(right(visitor, step));
const form =
  (right: (step: Doorstep) => fc.Arbitrary<Record<string, string>>): DoorRow['body'] =>
  (step) =>
    absurdForm(right(step));
const NEW_PASSWORD = 'another long password';

/** What each of them takes, by its path: one that is not here does not compile. */
const ROWS: Readonly<Record<DoorPath, DoorRow>> = {
  '/auth/sign-in/email': {
    method: 'POST',
    body: json(({ email, password }) => ({ email, password, rememberMe: true, callbackURL: '/join' })),
  },
  '/auth/sign-out': { method: 'POST', who: ({ spent }) => spent.session, body: json(() => ({})) },
  '/auth/change-password': {
    method: 'POST',
    who: ({ spent }) => spent.password,
    body: json(({ password }) => ({
      currentPassword: password,
      newPassword: NEW_PASSWORD,
      revokeOtherSessions: false,
    })),
  },
  '/auth/request-password-reset': {
    method: 'POST',
    body: json(({ email }) => ({ email, redirectTo: '/join' })),
  },
  '/auth/reset-password': {
    method: 'POST',
    body: json(() => ({ token: 'x'.repeat(24), newPassword: NEW_PASSWORD })),
  },
  '/auth/two-factor/enable': { method: 'POST', body: json(({ password }) => ({ password, issuer: 'x' })) },
  '/auth/two-factor/verify-totp': {
    method: 'POST',
    who: ({ withApp }) => withApp,
    body: json(() => ({ code: '123456', trustDevice: true })),
  },
  '/auth/two-factor/verify-backup-code': {
    method: 'POST',
    who: ({ withApp }) => withApp,
    body: json(({ backupCode }) => ({ code: backupCode, disableSession: true, trustDevice: true })),
  },
  '/auth/two-factor/generate-backup-codes': {
    method: 'POST',
    who: ({ withApp }) => withApp,
    body: json(({ password, backupCode }) => ({ password, code: backupCode })),
  },
  '/auth/two-factor/disable': {
    method: 'POST',
    who: ({ spent }) => spent.factor,
    body: json(({ password, backupCode }) => ({ password, code: backupCode })),
  },
  '/auth/passkey/generate-register-options': { method: 'GET' },
  '/auth/passkey/verify-registration': {
    method: 'POST',
    question: '/auth/passkey/generate-register-options',
    body: (_step, visitor) => absurdAnswer(visitor, 'register'),
  },
  '/auth/passkey/generate-authenticate-options': { method: 'GET' },
  '/auth/passkey/verify-authentication': {
    method: 'POST',
    question: '/auth/passkey/generate-authenticate-options',
    body: (_step, visitor) => absurdAnswer(visitor, 'use'),
  },
  '/auth/passkey/list-user-passkeys': { method: 'GET' },
  '/auth/passkey/update-passkey': {
    method: 'POST',
    who: ({ visitors }) => visitors.at(-1)!,
    body: json(({ passkeyId }) => ({ id: passkeyId, name: 'My phone' })),
  },
  '/auth/passkey/delete-passkey': {
    method: 'POST',
    who: ({ spent }) => spent.passkey,
    body: json(({ passkeyId, password }) => ({ id: passkeyId, password })),
  },
  '/auth/invitation': { method: 'POST', body: json((_, { tenant }) => ({ token: tenant.invitation })) },
  '/auth/accept-invitation': {
    method: 'POST',
    body: json((_, { tenant }) => ({ token: tenant.invitation, name: 'Ana', password: NEW_PASSWORD })),
  },
  '/oauth/token': {
    method: 'POST',
    body: form((step) =>
      provenBy(step).map((proof) => ({
        grant_type: 'client_credentials',
        scope: 'services:read',
        ...proof,
      })),
    ),
  },
  '/oauth/introspect': { method: 'POST', body: form(aboutToken) },
  '/oauth/revoke': { method: 'POST', body: form(aboutToken) },
  '/oauth/jwks': { method: 'GET' },
  '/.well-known/oauth-authorization-server': { method: 'GET' },
  '/.well-known/oauth-protected-resource': { method: 'GET' },
};

/** Calls of the doors, all of them more or less wrong; each from an address of its own, so that none is too often. */
export function badDoorCalls(step: Doorstep): fc.Arbitrary<BadInput> {
  const all = Object.entries(ROWS).map(([path, row]) => {
    const visitors = row.who ? [row.who(step)] : step.visitors;
    return fc
      .constantFrom(...visitors)
      .chain((visitor) =>
        fc.record({
          method: methodOf(row),
          query: absurdQuery,
          headers: headersOf(path, step, visitor),
          body: row.body?.(step, visitor) ?? fc.constant(undefined),
          from: fc.ipV4(),
        }),
      )
      .map(({ method, query, headers, body, from }) => ({
        what: path,
        method,
        question: row.question,
        path: path + query,
        headers: { ...headers, 'x-forwarded-for': from },
        body: ['GET', 'HEAD'].includes(method) ? undefined : body,
      }));
  });
  return fc.oneof(...all);
}

function methodOf({ method }: DoorRow): fc.Arbitrary<string> {
  const other = fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND');
  return fc.oneof({ weight: 14, arbitrary: fc.constant(method) }, other);
}

/** The library understands some of these, on some of its paths. */
const IN_QUERIES = [
  'callbackURL',
  'token',
  'currentURL',
  'error',
  'name',
  'authenticatorAttachment',
  'context',
];
const absurdQuery = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...IN_QUERIES), absurdText), absurdText), { maxLength: 2 })
  .map((pairs) => {
    const sendable = pairs.map(([name, value]) => [name, value.toWellFormed()]);
    const text = new URLSearchParams(sendable).toString().slice(0, 4_000);
    return text && `?${text}`;
  });

function headersOf(
  path: string,
  { tenant, publicUrl }: Doorstep,
  { session, begun }: Visitor,
): fc.Arbitrary<Record<string, string>> {
  const isForm = path.startsWith('/oauth/');
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const proof = isForm
    ? fc.constantFrom<Record<string, string>>(
        {},
        {},
        basic(tenant.ids.cli, tenant.clientSecret),
        { authorization: `Bearer ${tenant.credential}` },
        { authorization: 'Basic ====' },
        { authorization: `Basic ${Buffer.from('%ff:%00').toString('base64')}` },
      )
    : fc.oneof<fc.MaybeWeightedArbitrary<Record<string, string>>[]>(
        { weight: 6, arbitrary: fc.constant({ authorization: `Bearer ${session}` }) },
        { weight: 4, arbitrary: cookieOf(session, begun).map((cookie) => ({ cookie, origin: publicUrl })) },
        fc.constantFrom<Record<string, string>>(
          {},
          { authorization: `Bearer ${tenant.credential}` },
          { authorization: 'Bearer ' },
        ),
      );
  const other = fc.constantFrom(
    'authorization',
    'cookie',
    'origin',
    'accept',
    'otpost-account',
    'sec-fetch-site',
  );
  return fc
    .tuple(
      fc.oneof({ weight: 30, arbitrary: fc.constant(type) }, fc.constantFrom(...WRONG_TYPES)),
      proof,
      fc.oneof(
        { weight: 9, arbitrary: fc.constant([]) },
        fc.tuple(other, absurdHeader).map((one) => [one]),
        fc.constantFrom('null', 'https://evil.example').map((origin) => [['origin', origin] as const]),
      ),
    )
    .map(([contentType, proven, more]) => ({
      'content-type': contentType,
      ...proven,
      ...Object.fromEntries(more),
    }));
}

function cookieOf(session: string, begun: string): fc.Arbitrary<string> {
  const absurd = fc.oneof(absurdHeader, fc.constantFrom('%', '%ff', '.', '=', '"', '[object Object]'));
  const names = ['session', 'two_factor', 'passkey', 'device', 'dont_remember', 'trust_device', '__proto__'];
  const bad = fc.tuple(fc.constantFrom(...names), absurd).map(([name, value]) => `otpost.${name}=${value}`);
  const right = fc.subarray([`otpost.session=${session}.x`, `otpost.two_factor=${begun}`], { minLength: 1 });
  return fc
    .tuple(right, fc.array(bad, { maxLength: 2 }))
    .map(([good, others]) => [...others, ...good].join('; '));
}

/** Fields of a form that are right but for some of them; also twice, without their name, or no form at all. */
function absurdForm(right: fc.Arbitrary<Record<string, string>>): fc.Arbitrary<string> {
  const text = absurdText.map((value) => value.toWellFormed());
  const changed = right.chain((fields) => {
    const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...Object.keys(fields)) }, text);
    const changes = fc.array(fc.tuple(name, text), { maxLength: 1 });
    return fc
      .tuple(changes, fc.boolean())
      .map(([more, isTwice]) =>
        isTwice
          ? new URLSearchParams([...Object.entries(fields), ...more]).toString()
          : new URLSearchParams({ ...fields, ...Object.fromEntries(more) }).toString(),
      );
  });
  const broken = fc.constantFrom('%', '%ff=%00', '&&&', '=', 'token', 'client_id=%E0%A4', '\u0000');
  return fc.oneof({ weight: 16, arbitrary: changed }, broken, absurdText);
}

/** By the secret of a client, or by an assertion that one has signed, whatever it says. */
function provenBy({ tenant, signer, publicUrl }: Doorstep): fc.Arbitrary<Record<string, string>> {
  const { clientId, key } = signer;
  const exp = Math.floor(Date.now() / 1_000) + 200;
  const claims = { iss: clientId, sub: clientId, aud: publicUrl, exp, jti: 'x' };
  const signed = fc
    .tuple(absurdJson({ alg: 'ES256' }), absurdJson(claims), fc.string(), fc.boolean())
    .map(([header, said, jti, isHeaderRight]) => {
      const once = said !== null && typeof said === 'object' && 'jti' in said && said.jti === 'x';
      return jwt(isHeaderRight ? { alg: 'ES256' } : header, once ? { ...said, jti } : said, key);
    });
  const assertion = fc.oneof(
    { weight: 4, arbitrary: signed },
    absurdText.map((text) => text.toWellFormed()),
  );
  return fc.oneof(
    fc.constant({ client_id: tenant.ids.cli, client_secret: tenant.clientSecret }),
    assertion.map((text) => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: text,
    })),
  );
}

function aboutToken(step: Doorstep): fc.Arbitrary<Record<string, string>> {
  const { access_token: ours } = step.tenant.accessToken;
  const [header, claims] = ours.split('.').map((part) => Buffer.from(part, 'base64url').toString());
  const { key } = step.signer;
  const other = fc
    .tuple(absurdJson(JSON.parse(header!) as object), absurdJson(JSON.parse(claims!) as object))
    .map(([head, said]) => jwt(head, said, key));
  return fc
    .tuple(provenBy(step), fc.oneof(fc.constant(ours), other))
    .map(([proof, token]) => ({ ...proof, token, token_type_hint: 'access_token' }));
}

function jwt(header: unknown, claims: unknown, key: Parameters<typeof sign>[2] & object): string {
  const signed = [header, claims].map((part) => Buffer.from(writeJson(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(signed), { key: key as never, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** Becomes what the server has asked. */
export const CHALLENGE = '@challenge@';

type Ceremony = { response: Record<string, string> };

/** The answer of a device to a question of the server, right but for one thing in it, or in what is encoded in it. */
function absurdAnswer({ device, password }: Visitor, kind: 'register' | 'use'): fc.Arbitrary<string> {
  const right = device[kind]({ challenge: CHALLENGE }) as Ceremony;
  const names = Object.keys(right.response).filter((name) => name !== 'transports');
  const within = fc.constantFrom(...names).chain((name) => {
    const bytes = Buffer.from(right.response[name]!, 'base64url');
    const changed =
      name === 'clientDataJSON'
        ? absurdJson(JSON.parse(bytes.toString()) as object).map((said) => Buffer.from(writeJson(said)))
        : absurdBytes(bytes);
    return changed.map((value) => ({
      ...right,
      response: { ...right.response, [name]: value.toString('base64url') },
    }));
  });
  const body = (response: object) => ({ response, name: 'My phone', password });
  return fc.oneof(
    { weight: 3, arbitrary: within.map((response) => writeJson(body(response))) },
    { weight: 2, arbitrary: absurdJson(right).map((response) => writeJson(body(response as object))) },
    absurdBody(body(right)),
  );
}

/** The body of an answer, once there is a question. */
export function answerTo(challenge: string, body: string): string {
  return body.replaceAll(/"clientDataJSON":"([\w-]*)"/g, (_, encoded: string) => {
    const text = Buffer.from(encoded, 'base64url').toString().replace(CHALLENGE, challenge);
    return `"clientDataJSON":"${Buffer.from(text).toString('base64url')}"`;
  });
}
