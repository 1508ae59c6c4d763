import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import { newId } from '../crypto/new-id.ts';
import { seal } from '../crypto/seal.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import { SmppCarrierConfig } from './config.ts';
import { passwordPlace } from './registry.ts';
import { carriers } from './table.ts';

export interface NewCarrier {
  /** Unique in the account: connecting a name again replaces its configuration. */
  name: string;
  config: z.input<typeof SmppCarrierConfig>;
  password: string;
}

/** Adds a carrier, or changes the one of that name; every worker follows at once. @throws {ZodError} */
export async function connectCarrier(app: App, accountId: AccountId, input: NewCarrier): Promise<CarrierId> {
  const config = SmppCarrierConfig.parse(input.config);
  const [known] = await app.db
    .select({ id: carriers.id })
    .from(carriers)
    .where(and(eq(carriers.accountId, accountId), eq(carriers.name, input.name)));
  const id = known?.id ?? newId('car', app.clock());
  const passwordSealed = seal(app.keys, input.password, passwordPlace(accountId, id));
  await app.db
    .insert(carriers)
    .values({ accountId, id, name: input.name, config, passwordSealed, createdAt: new Date(app.clock()) })
    .onConflictDoUpdate({ target: [carriers.accountId, carriers.id], set: { config, passwordSealed } });
  app.bus.publish([{ channel: CONFIG_CHANNEL, payload: accountId }]);
  return id;
}
