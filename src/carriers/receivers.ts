import { eq } from 'drizzle-orm';
import { createCachedLookup } from '../bus/cached-lookup.ts';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import { withKeys } from '../crypto/with-keys.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import type { Secrets } from '../outgoing/secrets.ts';
import type { App } from '../platform.ts';
import { CarrierConfig } from './config.ts';
import type { CallbackDoors } from './http/doors.ts';
import { kindOf } from './kinds.ts';
import { MessageNames } from './message-names.ts';
import { namingRules } from './naming-rules.ts';
import { openSecrets } from './secrets.ts';
import { carriers } from './table.ts';

/** What is needed to take the callbacks of one carrier. */
export interface Receiver extends CallbackDoors {
  carrierId: CarrierId;
  accountId: AccountId;
  secrets: Secrets;
  /** What messages are called that the carrier's id does not tell. */
  names: MessageNames;
}

/** The carriers that called lately. One that is not enabled any more may still report on what it was given. */
export interface ReceiverDirectory extends AsyncDisposable {
  /** `undefined` when there is no such carrier, or none that calls. */
  find(id: CarrierId): Promise<Receiver | undefined>;
}

// The announcement of a change may get lost: then it counts after half a minute. Two seconds without a
// carrier stop a stranger's loop, and are short enough for one that was added this moment.
const KEPT = { channel: CONFIG_CHANNEL, max: 10_000, knownMs: 30_000, unknownMs: 2_000 };

export function createReceiverDirectory(app: App): ReceiverDirectory {
  const known = createCachedLookup<Receiver>(app, KEPT);
  return {
    find: (id) => known.find(id, () => readReceiver(app, id)),
    [Symbol.asyncDispose]: () => known[Symbol.asyncDispose](),
  };
}

async function readReceiver(app: App, id: CarrierId): Promise<Receiver | undefined> {
  const [row] = await app.db.select().from(carriers).where(eq(carriers.id, id));
  if (!row) return undefined;
  const config = CarrierConfig.parse(row.config);
  const doors = kindOf(config).callbacks(config);
  if (!doors) return undefined;
  const secrets = await withKeys(app.keys, () => openSecrets(app.keys, row, row.secretsSealed));
  const names = new MessageNames(namingRules(app, row, config));
  return { carrierId: id, accountId: row.accountId, secrets, names, ...doors };
}
