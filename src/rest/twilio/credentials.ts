import { authenticate } from '../../accounts/authenticate.ts';
import { CredentialInvalid } from '../../accounts/errors.ts';
import type { Principal } from '../../accounts/principal.ts';
import type { Sender } from '../../accounts/sender.ts';
import type { App } from '../../platform.ts';
import { createMeter } from '../../rates/meter.ts';
import { sidOf } from './sids.ts';

/**
 * Who calls: by HTTP Basic, with `AC…` (the account) or `SK…` (the API key) before the colon and the API key itself
 * behind it, or with a bearer as everywhere else.
 * @throws {CredentialMissing | CredentialInvalid} also when the sid is not that of the credential
 */
export async function authenticateCaller(
  app: App,
  authorization: string | undefined,
  address: string | undefined,
  sender: Sender,
): Promise<Principal> {
  const basic = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(authorization?.trim() ?? '')?.[1];
  if (basic === undefined) return authenticate(app, authorization, address, sender);
  const text = Buffer.from(basic, 'base64').toString();
  const colon = text.indexOf(':');
  const sid = text.slice(0, Math.max(0, colon));
  const who = await authenticate(app, text.slice(colon + 1), address, sender);
  if (sid === sidOf(who.accountId) || (who.kind === 'apiKey' && sid === sidOf(who.apiKeyId))) return who;
  app.single(createMeter).chargeStranger(address, 1);
  throw new CredentialInvalid();
}
