import { eq } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import { CONFIG_CHANNEL } from '../../bus/channels.ts';
import type { AccountId, CarrierId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { CarrierConfig } from '../config.ts';
import { openSecrets, type Secrets } from '../secrets.ts';
import { carriers } from '../table.ts';
import { receiptReader } from './compile.ts';
import type { HttpCarrierConfig } from './config.ts';
import type { ReceiptReader } from './receipts.ts';

/** What is needed to take the callbacks of one carrier. */
export interface Receiver {
  carrierId: CarrierId;
  accountId: AccountId;
  format: NonNullable<HttpCarrierConfig['receipts']>['format'];
  auth: NonNullable<HttpCarrierConfig['receipts']>['auth'];
  reader: ReceiptReader;
  secrets: Secrets;
}

/** The carriers that called lately. One that is not enabled any more may still report on what it was given. */
export interface ReceiverDirectory extends AsyncDisposable {
  /** `undefined` when there is no such carrier, or none that calls. */
  find(id: CarrierId): Promise<Receiver | undefined>;
}

const MAX_RECEIVERS = 10_000;
// Changes are announced over the bus; this is for the announcement that got lost.
const KNOWN_MS = 30_000;
// Long enough to stop a stranger's loop, short enough for a carrier that was added this moment.
const UNKNOWN_MS = 2_000;

export function createReceiverDirectory(app: App): ReceiverDirectory {
  const known = new LRUCache<CarrierId, { receiver: Promise<Receiver | undefined>; until: number }>({
    max: MAX_RECEIVERS,
  });
  const forget = () => known.clear();
  const subscription = app.bus.subscribe(CONFIG_CHANNEL, { onMessage: forget, onResync: forget });
  return {
    find(id) {
      const entry = known.get(id);
      if (entry && entry.until > app.clock()) return entry.receiver;
      const receiver = readReceiver(app, id);
      const fresh = { receiver, until: app.clock() + KNOWN_MS };
      known.set(id, fresh);
      receiver.then(
        (found) => {
          if (!found) fresh.until = app.clock() + UNKNOWN_MS;
        },
        () => known.delete(id),
      );
      return receiver;
    },
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}

async function readReceiver(app: App, id: CarrierId): Promise<Receiver | undefined> {
  const [row] = await app.db.select().from(carriers).where(eq(carriers.id, id));
  if (!row || row.config.kind !== 'http') return undefined;
  const config = CarrierConfig.parse(row.config);
  if (config.kind !== 'http' || !config.receipts) return undefined;
  const { format, auth } = config.receipts;
  const reader = receiptReader(config.receipts);
  const secrets = openSecrets(app.keys, row, row.secretsSealed);
  return { carrierId: id, accountId: row.accountId, format, auth, reader, secrets };
}
