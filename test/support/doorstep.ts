import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { RunningApp } from '../../src/app.ts';
import type { OAuthClientId } from '../../src/ids.ts';
import { createClient } from '../../src/oauth/create-client.ts';
import { makeMember } from '../../src/people/add-member.ts';
import type { App } from '../../src/platform.ts';
import { Authenticator } from './authenticator.ts';
import { Browser } from './browser.ts';
import { signedIn } from './people.ts';
import { enrol } from './second-factor.ts';
import type { Tenant } from './tenants.ts';

/** A member of an account with whatever somebody can sign in with. */
export interface Visitor {
  email: string;
  password: string;
  /** A session, made by all the factors that they have. */
  session: string;
  /** Of a sign-in that waits for its second step: only for whoever has one. */
  begun: string;
  /** Of an authenticator app. */
  backupCode: string;
  passkeyId: string;
  device: Authenticator;
}

/** Those of an account who sign in, and an OAuth client that signs. */
export interface Doorstep {
  tenant: Tenant;
  visitors: Visitor[];
  /** Somebody who has an authenticator app. */
  withApp: Visitor;
  /** Somebody's session, password or factor may be over after it: each of these is somebody of their own. */
  spent: Record<'password' | 'session' | 'factor' | 'passkey', Visitor>;
  /** Whom no generated call is about: nothing was tried with them too often. */
  untouched: Record<'plain' | 'withApp' | 'withPasskey', Visitor>;
  /** Where its access tokens are from. */
  publicUrl: string;
  signer: { clientId: OAuthClientId; key: KeyObject };
}

const PASSWORD = 'correct horse battery staple';

/**
 * @param api where it is served
 * @param publicUrl a page of it is one that passkeys are made for
 */
export async function createDoorstep(
  app: App,
  { url, publicUrl }: { url: string; publicUrl: string },
  tenant: Tenant,
): Promise<Doorstep> {
  const newBrowser = () => new Browser({ server: { url } } as RunningApp, { origin: publicUrl });
  const { accountId } = tenant.who;
  const visit = async (name: string): Promise<Visitor> => {
    const email = `${tenant.word.toLowerCase()}-${name}@doors.example`;
    const person = { accountId, email, name, password: PASSWORD, role: 'developer' } as const;
    const { personId } = await makeMember(app, person);
    const { token: session } = await signedIn(app, personId);
    const device = new Authenticator(publicUrl, new URL(publicUrl).hostname);
    const nothing = { begun: '', backupCode: 'aaaaa-bbbbb', passkeyId: tenant.ids.sgn };
    return { email, password: PASSWORD, session, device, ...nothing };
  };
  const withSecondFactor = async (name: string): Promise<Visitor> => {
    const visitor = await visit(name);
    const browser = newBrowser();
    await browser.signIn(visitor.email, PASSWORD);
    const { backupCodes } = await enrol(app, browser, PASSWORD);
    const session = browser.cookies.get('otpost.session')!.split('.')[0]!;
    const other = newBrowser();
    await other.signIn(visitor.email, PASSWORD);
    return {
      ...visitor,
      session,
      begun: other.cookies.get('otpost.two_factor')!,
      backupCode: backupCodes[0]!,
    };
  };
  const withPasskey = async (name: string): Promise<Visitor> => {
    const visitor = await visit(name);
    const browser = newBrowser();
    await browser.signIn(visitor.email, PASSWORD);
    const { body: question } = await browser.get('/passkey/generate-register-options');
    const response = visitor.device.register(question as { challenge: string });
    const { body } = await browser.post('/passkey/verify-registration', { response, password: PASSWORD });
    const { body: asked } = await browser.get('/passkey/generate-authenticate-options');
    const answer = visitor.device.use(asked as { challenge: string });
    const { body: signed } = await browser.post('/passkey/verify-authentication', { response: answer });
    return { ...visitor, session: String(signed.token), passkeyId: String(body.id) };
  };
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { row } = await createClient(app, tenant.who, {
    name: `${tenant.word} signs`,
    permissions: ['services:read'],
    publicKeys: { keys: [publicKey.export({ format: 'jwk' })] },
  });
  return {
    tenant,
    publicUrl,
    visitors: [await visit('one'), await visit('two'), await withPasskey('three')],
    withApp: await withSecondFactor('app'),
    spent: {
      password: await visit('password'),
      session: await visit('session'),
      factor: await withSecondFactor('factor'),
      passkey: await withPasskey('passkey'),
    },
    untouched: {
      plain: await visit('plain'),
      withApp: await withSecondFactor('other-app'),
      withPasskey: await withPasskey('other-passkey'),
    },
    signer: { clientId: row.id, key: privateKey },
  };
}
