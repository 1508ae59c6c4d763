import type { Principal } from '../accounts/principal.ts';
import type { App } from '../platform.ts';
import { parsePhone } from '../verifications/phone.ts';
import type { Resolution } from './resolution.ts';
import { resolveNumber } from './resolve.ts';
import { createNumberResolver } from './resolver.ts';

/**
 * What is known of a number; what others are asked costs what a lookup costs.
 * @param input.to with its country code
 * @param input.lookup whether to ask when nothing is known yet
 * @throws {InvalidPhoneNumber}
 */
export async function describeNumber(
  app: App,
  { accountId }: Principal,
  { to, lookup }: { to: string; lookup: boolean },
): Promise<Resolution> {
  const { e164, country } = parsePhone(to, null);
  const hint = resolveNumber(e164, country);
  const number = app.keys.blindIndex('destination', accountId, e164);
  const [known] = await app
    .single(createNumberResolver)
    .resolve([{ accountId, number, e164, hint }], { ask: lookup });
  return known!;
}
