import { CONFIG_CHANNEL } from '../bus/channels.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';

/** Tells every process, this one included, to read the account's services again. */
export function announceChange(app: App, accountId: AccountId): void {
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: accountId }]);
}
