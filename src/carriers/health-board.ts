import { HEALTH_CHANNEL } from '../bus/channels.ts';
import type { AccountId, CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import {
  hasMoved,
  isNews,
  overallHealth,
  type HealthReport,
  type OverallHealth,
  type WorkerHealth,
} from './health.ts';
import { BEAT_MS, type HealthMessage } from './health-reporter.ts';

/** How the carriers of all accounts stand, as far as this process has heard from the workers lately. */
export interface HealthBoard extends AsyncDisposable {
  of(accountId: AccountId, carrierId: CarrierId): OverallHealth;
  /** Calls back with whatever changes on the carriers of an account. @returns how to stop that */
  watch(accountId: AccountId, listener: (health: OverallHealth) => void): () => void;
}

// Two beats may get lost before a worker's word counts for nothing.
const FORGET_MS = 3 * BEAT_MS + 1_000;
/** Numbers that only move are told this often at most, however many workers tell them. */
const TELL_MS = 1_000;

interface Entry {
  accountId: AccountId;
  carrierId: CarrierId;
  workers: Map<string, WorkerHealth & { heardAt: number }>;
  overall: OverallHealth;
  /** Something has moved since it was told. */
  isStale: boolean;
}

export function createHealthBoard(app: App): HealthBoard {
  const entries = new Map<string, Entry>();
  const watchers = new Map<AccountId, Set<(health: OverallHealth) => void>>();
  let told = 0;

  function tell(entry: Entry): void {
    const { accountId, carrierId, workers } = entry;
    const { overall } = entry;
    entry.isStale = false;
    const current = [...workers.values()].map(({ heardAt: _, ...health }) => health);
    entry.overall = overallHealth(carrierId, current, `${carrierId}:${++told}`);
    if (workers.size === 0) entries.delete(nameOf(accountId, carrierId));
    if (!hasMoved(overall, entry.overall)) return;
    for (const listener of watchers.get(accountId) ?? []) listener(entry.overall);
  }

  function hear({ accountId, carrierId, health }: HealthReport, worker: string, asOf: number): void {
    const name = nameOf(accountId, carrierId);
    const entry: Entry = entries.get(name) ?? {
      accountId,
      carrierId,
      workers: new Map(),
      overall: nobodyTells(carrierId),
      isStale: false,
    };
    if (!health) {
      if (entry.workers.delete(worker)) tell(entry);
      return;
    }
    entries.set(name, entry);
    const before = entry.workers.get(worker);
    entry.workers.set(worker, { ...health, worker, asOf, heardAt: performance.now() });
    if (isNews(before, health)) tell(entry);
    else entry.isStale = true;
  }

  function tick(): void {
    const now = performance.now();
    for (const entry of entries.values()) {
      for (const [worker, { heardAt }] of entry.workers)
        if (now - heardAt > FORGET_MS) entry.isStale = entry.workers.delete(worker);
      if (entry.isStale) tell(entry);
    }
  }

  const subscription = app.bus.subscribe(HEALTH_CHANNEL, {
    onMessage(payload) {
      const { worker, asOf, reports } = JSON.parse(payload) as HealthMessage;
      for (const report of reports) hear(report, worker, asOf);
    },
    // The next beat says everything again.
    onResync: () => {},
  });
  const timer = setInterval(tick, TELL_MS);
  timer.unref();

  return {
    of: (accountId, carrierId) =>
      entries.get(nameOf(accountId, carrierId))?.overall ?? nobodyTells(carrierId),
    watch(accountId, listener) {
      const listeners = watchers.get(accountId) ?? new Set();
      watchers.set(accountId, listeners.add(listener));
      return () => {
        if (listeners.delete(listener) && listeners.size === 0 && watchers.get(accountId) === listeners)
          watchers.delete(accountId);
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      (await subscription)();
    },
  };
}

function nameOf(accountId: AccountId, carrierId: CarrierId): string {
  return `${accountId}/${carrierId}`;
}

function nobodyTells(carrierId: CarrierId): OverallHealth {
  return overallHealth(carrierId, [], `${carrierId}:nobody`);
}
