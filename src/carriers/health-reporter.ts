import { randomUUID } from 'node:crypto';
import { HEALTH_CHANNEL } from '../bus/channels.ts';
import type { CarrierId } from '../ids.ts';
import type { App } from '../platform.ts';
import { isNews, type HealthReport } from './health.ts';

/** Tells all who listen how this worker's carriers stand. */
export interface HealthReporter {
  /** Tells what is new at once, and everything every `BEAT_MS`. @param reports of all the worker's carriers */
  report(reports: readonly Required<HealthReport>[]): void;
  /** Takes everything back: this worker leaves. */
  leave(): void;
}

/** What goes over the bus. */
export interface HealthMessage {
  worker: string;
  /** Epoch milliseconds. */
  asOf: number;
  reports: HealthReport[];
}

export const BEAT_MS = 2_000;
// About 60 KB: what a thousand carriers have to say does not hold up what else goes over the bus.
const REPORTS_PER_MESSAGE = 100;

export function createHealthReporter({ bus, clock }: Pick<App, 'bus' | 'clock'>): HealthReporter {
  // A process that starts anew is another worker: what it said before is forgotten as it went.
  const worker = randomUUID();
  const told = new Map<CarrierId, Required<HealthReport>>();
  let beatAt = -Infinity;

  function publish(reports: readonly HealthReport[]): void {
    const asOf = clock();
    for (let at = 0; at < reports.length; at += REPORTS_PER_MESSAGE) {
      const message: HealthMessage = { worker, asOf, reports: reports.slice(at, at + REPORTS_PER_MESSAGE) };
      bus.publish([{ channel: HEALTH_CHANNEL, payload: JSON.stringify(message) }]);
    }
  }

  return {
    report(reports) {
      const now = performance.now();
      // A little early rather than a whole turn late.
      const isBeat = now - beatAt > BEAT_MS - 100;
      if (isBeat) beatAt = now;
      const present = new Set(reports.map(({ carrierId }) => carrierId));
      const gone = [...told.values()].filter(({ carrierId }) => !present.has(carrierId));
      for (const { carrierId } of gone) told.delete(carrierId);
      const due = reports.filter(
        ({ carrierId, health }) => isBeat || isNews(told.get(carrierId)?.health, health),
      );
      for (const report of due) told.set(report.carrierId, report);
      publish([...gone.map(takenBack), ...due]);
    },
    leave() {
      publish([...told.values()].map(takenBack));
      told.clear();
    },
  };
}

function takenBack({ accountId, carrierId }: HealthReport): HealthReport {
  return { accountId, carrierId };
}
