import { eq } from 'drizzle-orm';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Carrier, CarrierInbound, CarrierReceipt } from './carrier.ts';
import { openCarrier, type Outside } from './open-carrier.ts';
import { carriers } from './table.ts';

/** The carriers of a worker: their links are up while it runs, and follow the table. */
export interface CarrierRegistry {
  get(id: CarrierId): Carrier | undefined;
  /** Messages that all carriers together would take at this moment. */
  freeWindow(): number;
  /** Reads the table and opens, replaces or closes links. */
  refresh(): Promise<void>;
  close(drainMs: number): Promise<void>;
}

export interface RegistryEvents {
  onReceipt(accountId: AccountId, receipt: CarrierReceipt): Promise<void>;
  onInbound(accountId: AccountId, message: CarrierInbound): Promise<void>;
  /** A carrier can take messages again. */
  onReady(): void;
}

interface Link {
  carrier: Carrier;
  /** Changes with the configuration. */
  signature: string;
  /** What was last said about it in the log. */
  problem: string | undefined;
}

const REFRESH_MS = 10_000;
const LOG_MS = 1_000;
const REPLACED_DRAIN_MS = 10_000;

export async function createCarrierRegistry(
  app: App,
  outside: Outside,
  events: RegistryEvents,
): Promise<CarrierRegistry> {
  const links = new Map<CarrierId, Link>();
  let closed = false;
  let refreshing: Promise<void> = Promise.resolve();

  async function sync(): Promise<void> {
    const rows = await app.db.select().from(carriers).where(eq(carriers.enabled, true));
    if (closed) return;
    const wanted = new Map(rows.map((row) => [row.id, row]));
    for (const [id, link] of links) {
      const row = wanted.get(id);
      if (row && signatureOf(row) === link.signature) continue;
      links.delete(id);
      void link.carrier.close(REPLACED_DRAIN_MS);
    }
    for (const row of rows) {
      if (links.has(row.id)) continue;
      try {
        links.set(row.id, { carrier: connect(row), signature: signatureOf(row), problem: undefined });
      } catch (error) {
        // A key that is missing or a row that cannot be read is this carrier's trouble alone.
        app.log.error({ carrierId: row.id, carrier: row.name, err: error }, 'carrier cannot be opened');
      }
    }
  }

  function connect(row: typeof carriers.$inferSelect): Carrier {
    return openCarrier(app, outside, row, {
      onReceipt: (receipt) => events.onReceipt(row.accountId, receipt),
      onInbound: (message) => events.onInbound(row.accountId, message),
      onReady: () => events.onReady(),
    });
  }

  /** Says once when a link has a problem, and once when it is over. */
  function logProblems(): void {
    for (const [carrierId, link] of links) {
      const { problem } = link.carrier.health();
      if (problem === link.problem) continue;
      link.problem = problem;
      const about = { carrierId, carrier: link.carrier.name };
      if (problem === undefined) app.log.info(about, 'carrier is up');
      else app.log.warn({ ...about, problem }, 'carrier has a problem');
    }
  }

  const refresh = () =>
    (refreshing = refreshing
      .then(sync)
      .catch((error: unknown) => app.log.error({ error }, 'carriers not read')));
  const onConfig = () => void refresh();
  const unsubscribe = await app.bus.subscribe(CONFIG_CHANNEL, { onMessage: onConfig, onResync: onConfig });
  const timers = [setInterval(onConfig, REFRESH_MS), setInterval(logProblems, LOG_MS)];
  await refresh();

  return {
    get: (id) => links.get(id)?.carrier,
    freeWindow: () => [...links.values()].reduce((sum, link) => sum + link.carrier.freeWindow(), 0),
    refresh,
    async close(drainMs) {
      closed = true;
      timers.forEach(clearInterval);
      unsubscribe();
      await refreshing;
      await Promise.all([...links.values()].map((link) => link.carrier.close(drainMs)));
    },
  };
}

function signatureOf(row: typeof carriers.$inferSelect): string {
  return JSON.stringify([row.name, row.config, row.secretsSealed.toString('base64')]);
}
