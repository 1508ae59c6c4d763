import { and, eq } from 'drizzle-orm';
import type { App } from '../platform.ts';
import type { Networks } from '../outgoing/networks.ts';
import type { Carrier, CarrierEvents } from './carrier.ts';
import { CarrierConfig } from './config.ts';
import { createHttpCarrier } from './http/carrier.ts';
import { callbackUrl } from './http/callback-url.ts';
import { keepRepeatedId } from './keep-repeated-id.ts';
import { namingRules, numberMark } from './naming-rules.ts';
import { checkSecrets, openSecrets } from './secrets.ts';
import { createSmppCarrier } from './smpp/carrier.ts';
import { linkOptions } from './smpp/link-options.ts';
import type { FormMemory } from './smpp/receipt-ids.ts';
import { carriers } from './table.ts';

/** What carriers may know of the world between them and us. */
export interface Outside {
  /** The base of the URLs under which carriers reach us. */
  publicUrl: string;
  /** Networks of the operator's own that carriers may be in. */
  networks: Networks;
  /** Where a simulator is: a carrier there is connected to wherever that is. */
  simulator?: { hosts: readonly string[]; port: number } | undefined;
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
          networks: isSimulator(outside, config) ? ANYWHERE : outside.networks,
          password: secrets.password!,
          numberMark: (number) => numberMark(app, row.accountId, number),
          formMemory: formMemory(app, row),
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
          names: namingRules(app, row),
          onRepeatedId: (id) => keepRepeatedId(app, row, id),
        },
        events,
      );
    default:
      throw new Error(`unhandled kind of carrier: ${config satisfies never}`);
  }
}

// But for metadata services, which nobody's networks include.
const ANYWHERE: Networks = { includes: () => true };

function isSimulator({ simulator }: Outside, { host, port }: { host: string; port: number }): boolean {
  return simulator?.port === port && simulator.hosts.includes(host);
}

/** In the carrier's row, for as long as its configuration stays: a carrier that is on its way out says nothing of the next one. */
function formMemory(app: App, { accountId, id, config }: typeof carriers.$inferSelect): FormMemory {
  const same = and(eq(carriers.accountId, accountId), eq(carriers.id, id), eq(carriers.config, config));
  return {
    async read() {
      const [row] = await app.db.select({ form: carriers.receiptIdForm }).from(carriers).where(same);
      return row?.form ?? null;
    },
    async write(form) {
      await app.db.update(carriers).set({ receiptIdForm: form }).where(same);
    },
  };
}
