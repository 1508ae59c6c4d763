import type { Principal } from '../accounts/principal.ts';
import { searchByNumber } from '../audit/search-by-number.ts';
import type { App } from '../platform.ts';
import { parsePhone } from '../verifications/phone.ts';
import type { Resolution } from './resolution.ts';
import { resolveNumber } from './resolve.ts';
import { createNumberResolver } from './resolver.ts';

/**
 * What is known of a number, to somebody who asks; what others are asked costs what a lookup costs.
 * @param input.to with its country code
 * @param input.lookup whether to ask when nothing is known yet
 * @throws {InvalidPhoneNumber | TooManySearches}
 */
export async function describeNumber(
  app: App,
  who: Principal,
  { to, lookup }: { to: string; lookup: boolean },
): Promise<Resolution> {
  const { accountId } = who;
  const { e164, country } = parsePhone(to, null);
  const hint = resolveNumber(e164, country);
  const number = app.keys.blindIndex('destination', accountId, e164);
  const resolver = app.single(createNumberResolver);
  const find = async () => {
    const [known] = await resolver.resolve([{ accountId, number, e164, hint }], { ask: lookup });
    return known!;
  };
  return searchByNumber(app, who, 'number.resolve', find, () => [accountId]);
}
