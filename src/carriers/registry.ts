import { isDeepStrictEqual } from 'node:util';
import { eq } from 'drizzle-orm';
import { CONFIG_CHANNEL } from '../bus/channels.ts';
import { subscribeToOutcomes } from '../bus/outcomes.ts';
import { withKeys } from '../crypto/with-keys.ts';
import { coalesce } from '../coalesce.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import type { Carrier, CarrierHealth, CarrierInbound, CarrierReceipt } from './carrier.ts';
import { joinCrew } from './crew.ts';
import { guardCarrier, type GuardedCarrier } from './guarded.ts';
import { stateOf, withoutNumbers } from './health.ts';
import { createHealthReporter } from './health-reporter.ts';
import { kindOf } from './kinds.ts';
import { openCarrier } from './open-carrier.ts';
import type { Outside } from './outside.ts';
import { openSecrets } from './secrets.ts';
import { carriers, type CarrierRow } from './table.ts';

/** The carriers of a worker: their links are up while it runs, and follow the table. */
export interface CarrierRegistry {
  get(id: CarrierId): Carrier | undefined;
  /** Messages that all carriers together would take at this moment. */
  freeWindow(): number;
  /**
   * Segments that the carriers of an account take together in a second by their contracts, all workers counted;
   * Infinity when one of them does not say, 0 when none is up, undefined when it has none.
   */
  perSecond(accountId: AccountId): number | undefined;
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
  accountId: AccountId;
  carrier: GuardedCarrier;
  /** Of what it was opened. */
  row: CarrierRow;
  /** What was last said about it in the log. */
  problem: string | undefined;
}

const REFRESH_MS = 10_000;
const LOOK_MS = 1_000;
const REPLACED_DRAIN_MS = 10_000;

export async function createCarrierRegistry(
  app: App,
  outside: Outside,
  events: RegistryEvents,
): Promise<CarrierRegistry> {
  const links = new Map<CarrierId, Link>();
  /** Those that were replaced or taken out of use, until they are gone. */
  const leaving = new Set<Link>();
  /** What is to be said of the others: those that cannot be opened, or not yet. */
  const absent = new Map<CarrierId, { accountId: AccountId; health: CarrierHealth }>();
  const reporter = createHealthReporter(app);
  const guard = { clock: app.clock, random: app.random };
  let closed = false;
  const crew = await joinCrew(app, () => {
    for (const { carrier } of links.values()) carrier.shareWith(crew.size());
  });

  async function sync(): Promise<void> {
    if (closed) return;
    const rows = await app.db.select().from(carriers).where(eq(carriers.enabled, true));
    if (closed) return;
    const wanted = new Map(rows.map((row) => [row.id, row]));
    for (const [id, link] of links) {
      const row = wanted.get(id);
      if (row && isSame(app, link.row, row)) {
        link.row = row;
        continue;
      }
      links.delete(id);
      leaving.add(link);
      void link.carrier.close(REPLACED_DRAIN_MS).then(() => {
        leaving.delete(link);
        if (!closed) void refresh();
      });
    }
    absent.clear();
    for (const row of rows) {
      const { accountId } = row;
      if (links.has(row.id)) continue;
      if (isUnbinding(row.id)) {
        absent.set(row.id, { accountId, health: UNBINDING });
        continue;
      }
      try {
        links.set(row.id, {
          accountId,
          carrier: await withKeys(app.keys, () => connect(row)),
          row,
          problem: undefined,
        });
      } catch (error) {
        // A key that is missing or a row that cannot be read is this carrier's trouble alone.
        absent.set(row.id, { accountId, health: UNREADABLE });
        app.log.error({ carrierId: row.id, carrier: row.name, err: error }, 'carrier cannot be opened');
      }
    }
  }

  /** Whether the next links have to wait until those of before are gone. */
  function isUnbinding(id: CarrierId): boolean {
    return leaving.values().some(({ row }) => row.id === id && kindOf(row.config).bindsOnceOldIsGone);
  }

  function connect(row: CarrierRow): GuardedCarrier {
    const hearer = {
      onReceipt: (receipt: CarrierReceipt) => events.onReceipt(row.accountId, receipt),
      onInbound: (message: CarrierInbound) => events.onInbound(row.accountId, message),
      onReady: () => events.onReady(),
    };
    const reports = kindOf(row.config).reports(row.config);
    const carrier = guardCarrier(openCarrier(app, outside, row, hearer), hearer, { ...guard, reports });
    carrier.shareWith(crew.size());
    return carrier;
  }

  /** Tells how all carriers stand: to the log what went wrong or well again, to whoever watches everything. */
  function look(): void {
    const reports = [...links].map(([carrierId, link]) => {
      const health = link.carrier.health();
      logProblem(carrierId, link, health.problem);
      return { accountId: link.accountId, carrierId, health };
    });
    for (const [carrierId, report] of absent) reports.push({ carrierId, ...report });
    reporter.report(reports);
  }

  /** Says once when a link has a problem, and once when it is over. */
  function logProblem(carrierId: CarrierId, link: Link, problem: string | undefined): void {
    const isSaid = withoutNumbers(problem) === withoutNumbers(link.problem);
    link.problem = problem;
    if (isSaid) return;
    const about = { carrierId, carrier: link.carrier.name };
    if (problem === undefined) app.log.info(about, 'carrier is up');
    else app.log.warn({ ...about, problem }, 'carrier has a problem');
  }

  // Whichever process had it: an HTTP carrier calls the API, an SMSC any of its binds.
  const forgetOutcomes = await subscribeToOutcomes(app.bus, {
    onOutcome: (outcome) => {
      if ('carrierId' in outcome) links.get(outcome.carrierId)?.carrier.reported();
    },
    onResync: () => {},
  });
  const refresh = coalesce(() =>
    sync()
      .then(look)
      .catch((error: unknown) => app.log.error({ err: error }, 'carriers not read')),
  );
  function perSecond(accountId: AccountId): number | undefined {
    const own = [...links.values()].filter((link) => link.accountId === accountId);
    if (own.length === 0)
      return leaving.values().some((link) => link.accountId === accountId) ? 0 : undefined;
    const up = own
      .map(({ carrier }) => carrier.health())
      .filter((health) => ['up', 'degraded'].includes(stateOf(health)));
    // Each worker knows its share.
    return up.reduce((sum, { pace }) => sum + (pace.allowedPerSecond ?? Infinity) * crew.size(), 0);
  }

  const onConfig = () => void refresh();
  const unsubscribe = await app.bus.subscribe(CONFIG_CHANNEL, { onMessage: onConfig, onResync: onConfig });
  const timers = [setInterval(onConfig, REFRESH_MS), setInterval(look, LOOK_MS)];
  await refresh();

  return {
    get: (id) => links.get(id)?.carrier,
    freeWindow: () => [...links.values()].reduce((sum, link) => sum + link.carrier.freeWindow(), 0),
    perSecond,
    refresh,
    async close(drainMs) {
      closed = true;
      timers.forEach(clearInterval);
      unsubscribe();
      forgetOutcomes();
      // What is being opened by one under way is closed below.
      await refresh();
      reporter.leave();
      await Promise.all([...links.values(), ...leaving].map((link) => link.carrier.close(drainMs)));
      // Last: what others may send more is what we send no longer.
      await crew.leave();
    },
  };
}

const UNBINDING: CarrierHealth = {
  state: 'connecting',
  inFlight: 0,
  window: 0,
  pace: { perSecond: 0, throttles: 0, backOff: 1 },
  binds: [],
};

const UNREADABLE: CarrierHealth = {
  ...UNBINDING,
  state: 'down',
  problem: 'cannot be opened: its configuration or its secrets cannot be read',
};

/** Whether a link can stay as it is. Secrets that were only sealed anew, under another key, are the same. */
function isSame(app: App, one: CarrierRow, other: CarrierRow): boolean {
  if (!isDeepStrictEqual([one.name, one.config], [other.name, other.config])) return false;
  if (one.secretsSealed.equals(other.secretsSealed)) return true;
  try {
    const [before, after] = [one, other].map((row) => openSecrets(app.keys, row, row.secretsSealed));
    return isDeepStrictEqual(before, after);
  } catch {
    return false;
  }
}
