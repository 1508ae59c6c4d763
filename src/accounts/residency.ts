import type { App } from '../platform.ts';
import { createAccountCache, type AccountCache } from './cache.ts';
import { findAccount } from './find-account.ts';

/** The region that each account's messages must not leave: the dispatcher asks for every message. */
export function createResidencyDirectory(app: App): AccountCache<{ residency: string | null }> {
  // Without the answer nothing may be sent: an account that is not there throws.
  return createAccountCache(app, async (accountId) => findAccount(app, accountId));
}
