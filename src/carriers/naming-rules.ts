import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { CarrierConfig } from './config.ts';
import type { NamingRules } from './message-names.ts';
import type { CarrierRow } from './table.ts';

/** How messages over a carrier are called, the same in every process. */
export function namingRules(
  app: App,
  { accountId, repeatedIds: repeated }: Pick<CarrierRow, 'accountId' | 'repeatedIds'>,
  { messageIds: ids }: CarrierConfig,
): NamingRules {
  return { ids, repeated, markOf: (number) => numberMark(app, accountId, number) };
}

// Eight octets of the blind index: enough to tell numbers apart, and nothing to learn a number from.
function numberMark(app: App, accountId: AccountId, number: string): string {
  return app.keys.blindIndex('destination', accountId, number).toString('hex', 0, 8);
}
