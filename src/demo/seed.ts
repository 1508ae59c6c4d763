import { authenticate } from '../accounts/authenticate.ts';
import type { Mode } from '../accounts/mode.ts';
import { modeOf } from '../accounts/principal.ts';
import { createAccount } from '../accounts/create-account.ts';
import { createApiKey } from '../accounts/create-api-key.ts';
import { findAccount, findAccountByName } from '../accounts/find-account.ts';
import { bySystem, type Doer } from '../audit/actor.ts';
import { connectCarrier } from '../carriers/connect-carrier.ts';
import type { Config } from '../config.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { ensureRoute } from '../routing/ensure-route.ts';
import { addInboundNumber } from '../inbound/add-number.ts';
import { makeMember } from '../people/add-member.ts';
import { findPersonByEmail } from '../people/create-person.ts';
import { newPassword } from '../people/new-password.ts';
import { createService } from '../services/create.ts';
import { findService } from '../services/directory.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { readDevFile, writeDevFile, type DevFile } from './dev-file.ts';

const ACCOUNT_NAME = 'Demo';
const OWNER = { email: 'owner@demo.example', name: 'Demo owner', role: 'owner' } as const;

/** Two carriers, so that one can be made to fail while the other takes over. */
const CARRIERS = [
  { name: 'Adria (simulated)', systemId: 'adria', priority: 1, price: 0.04 },
  { name: 'Boreal (simulated)', systemId: 'boreal', priority: 2, price: 0.05 },
] as const;

/** Simulated handsets can text it: its messages come over the first of the carriers. */
const INBOUND_NUMBER = '+385991234567';

/** How the simulator treats those carriers, until somebody changes it on its page. */
export const DEMO_PROFILES = { adria: 'normal', boreal: 'normal' } as const;

export interface Demo extends DevFile {
  accountId: AccountId;
}

/**
 * Makes the demo account with a service, a key, two routes to the simulator, and a number that its
 * handsets can text; what is there already is kept.
 */
export async function seedDemo(app: App, config: Config, simulator: Simulator): Promise<Omit<Demo, 'url'>> {
  const accountId =
    (await findAccountByName(app, ACCOUNT_NAME)) ?? (await createAccount(app, { name: ACCOUNT_NAME })).id;
  const who = bySystem(accountId);
  // As all of an installation's messages: they would not leave over a carrier that is elsewhere, or nowhere.
  const region = (await findAccount(app, accountId)).residency;
  await ensureService(app, who);
  for (const { name, systemId, priority, price } of CARRIERS) {
    const carrierId = await connectCarrier(app, accountId, {
      ...{ name, region },
      // The simulator takes any sender in every country.
      senderRules: 'off',
      config: { kind: 'smpp', host: config.simulator.host, port: simulator.smppPort, systemId, window: 100 },
      secrets: { password: 'demo' },
    });
    await ensureRoute(app, accountId, { name: `via ${name}`, carrierId, priority, price });
    if (priority === 1) await addInboundNumber(app, who, { carrierId, number: INBOUND_NUMBER });
  }
  const last = await readDevFile(config.dataDir);
  const dev: DevFile = {
    url: last?.url ?? config.publicUrl,
    apiKey: await ensureApiKey(app, accountId, 'live', last?.apiKey),
    testApiKey: await ensureApiKey(app, accountId, 'test', last?.testApiKey),
    simulatorUrl: simulator.url,
    owner: last?.owner,
  };
  // Written down here already: what comes behind may find its port taken, and the start ends there.
  await writeDevFile(config.dataDir, dev);
  return { ...dev, accountId, owner: await ensureOwner(app, accountId, config.dataDir, dev) };
}

async function ensureService(app: App, who: Doer): Promise<void> {
  if (await findService(app, who.accountId, undefined)) return;
  await createService(app, who, { name: 'Otpost', isDefault: true, settings: { defaultCountry: 'HR' } });
}

/** The key of the last start while it is good, else a new one: a key is kept nowhere but in `dev.json`. */
async function ensureApiKey(
  app: App,
  accountId: AccountId,
  mode: Mode,
  last: string | undefined,
): Promise<string> {
  const owner = last === undefined ? undefined : await authenticate(app, last).catch(() => undefined);
  if (
    last !== undefined &&
    owner?.kind === 'apiKey' &&
    owner.accountId === accountId &&
    modeOf(owner) === mode
  )
    return last;
  const name = mode === 'test' ? 'Demo tests' : 'Demo';
  return (await createApiKey(app, accountId, { name, mode })).key;
}

/** Somebody who can sign in; their password is kept nowhere but in `dev.json`. Once changed it is not known here. */
async function ensureOwner(
  app: App,
  accountId: AccountId,
  dataDir: string,
  dev: DevFile,
): Promise<DevFile['owner']> {
  const { email } = OWNER;
  if (await findPersonByEmail(app, email)) return dev.owner;
  const owner = { email, password: newPassword(app.keys.randomBytes) };
  // First: a password of nobody is replaced at the next start, one that nobody knows never is.
  await writeDevFile(dataDir, { ...dev, owner });
  await makeMember(app, { accountId, ...OWNER, password: owner.password });
  return owner;
}
