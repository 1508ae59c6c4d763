import { isDeepStrictEqual } from 'node:util';
import { checkHost } from '../outgoing/check-host.ts';
import type { App } from '../platform.ts';
import type { CarrierConfig } from './config.ts';
import { kindOf } from './kinds.ts';
import { outsideOf } from './outside.ts';

interface Changed {
  /** What the caller knows the configuration as. Default `config`. */
  root?: string | undefined;
  /** Where it was already it may stay, so that all else of it can be changed. */
  before?: CarrierConfig;
}

/**
 * Refuses addresses that would not be called, by the rules of the call.
 * @throws {InvalidInput} that names the field by its path
 */
export function checkTargets(
  app: App,
  config: CarrierConfig,
  { root = 'config', before }: Changed = {},
): void {
  const outside = outsideOf(app);
  const known = before ? kindOf(before).targets(before, outside) : [];
  for (const target of kindOf(config).targets(config, outside)) {
    if (known.some((one) => isDeepStrictEqual(one, target))) continue;
    checkHost(`${root}.${target.path}`, target.host, target.rules);
  }
}
