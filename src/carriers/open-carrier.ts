import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Networks } from '../outgoing/networks.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';
import { CarrierConfig } from './config.ts';
import { createHttpCarrier } from './http/carrier.ts';
import { callbackUrl } from './http/callback-url.ts';
import { checkSecrets, openSecrets } from './secrets.ts';
import { createSmppCarrier } from './smpp/carrier.ts';
import { linkOptions } from './smpp/link-options.ts';
import type { carriers } from './table.ts';

/** What carriers may know of the world between them and us. */
export interface Outside {
  /** The base of the URLs under which carriers reach us. */
  publicUrl: string;
  /** Networks of the operator's own that HTTP carriers may be in. */
  networks: Networks;
}

/** Opens the carrier of a row, whatever it speaks. @throws when the row cannot be read */
export function openCarrier(
  app: App,
  outside: Outside,
  row: typeof carriers.$inferSelect,
  events: CarrierEvents,
): Carrier {
  const config = CarrierConfig.parse(row.config);
  const secrets = openSecrets(app.keys, row, row.secretsSealed);
  checkSecrets(config, secrets);
  const common = { id: row.id, name: row.name, clock: app.clock, random: app.random };
  switch (config.kind) {
    case 'smpp':
      return createSmppCarrier(
        {
          ...common,
          password: secrets.password!,
          numberMark: (number) => numberMark(app, row.accountId, number),
          ...linkOptions(config),
        },
        events,
      );
    case 'http':
      return createHttpCarrier(
        {
          ...common,
          config,
          secrets,
          callbackUrl: callbackUrl(outside.publicUrl, row.id),
          networks: outside.networks,
        },
        events,
      );
    default:
      throw new Error(`unhandled kind of carrier: ${config satisfies never}`);
  }
}

// Eight octets of the blind index: enough to tell numbers apart, and nothing to learn a number from.
function numberMark(app: App, accountId: AccountId, number: string): string {
  return app.keys.blindIndex('destination', accountId, number).toString('hex', 0, 8);
}
