import { randomUUID } from 'node:crypto';
import { BATCH_CHANNEL } from '../bus/channels.ts';
import type { AccountId } from '../ids.ts';
import { countBacklog } from '../messages/backlog.ts';
import type { App } from '../platform.ts';
import { claimBatches, releaseBatches } from './claim.ts';
import { endWithoutAccess } from './end-without-access.ts';
import { decideRoom, STILL, type Flow } from './flow.ts';
import { runSlice } from './run-slice.ts';
import type { BatchRow } from './table.ts';

/** What carriers of an account take together. */
export interface Throughput {
  /** Segments a second; Infinity: nothing says so; 0: none is up; undefined: it has none. */
  perSecond(accountId: AccountId): number | undefined;
}

/** For hints that got lost, and batches of workers that died. */
const POLL_MS = 1_000;
/** While something is being started. */
const TURN_MS = 100;
/** So many starts share a commit: see `verifications/start.ts`. */
const MOST_IN_SLICE = 500;

/** The batches' part of a worker: starts their rows as fast as messages flow off. @returns stops it */
export async function startBatches(app: App, carriers: Throughput): Promise<() => Promise<void>> {
  const worker = randomUUID();
  const flows = new Map<string, Flow>();
  let stopped = false;
  let hinted = false;
  let wakeUp: (() => void) | undefined;

  const wake = (): void => {
    hinted = true;
    wakeUp?.();
  };

  /** Starts what may be started of the batches of one account and mode. */
  async function feed(name: string, all: readonly BatchRow[]): Promise<void> {
    const { accountId, mode } = all[0]!;
    const before = flows.get(name) ?? STILL;
    const waiting = await countBacklog(app, accountId, mode, 4 * MOST_IN_SLICE);
    const allowedPerSecond = mode === 'test' ? Infinity : (carriers.perSecond(accountId) ?? Infinity);
    const { room, flow } = decideRoom(before, { waiting, now: app.clock(), allowedPerSecond });
    flows.set(name, flow);
    let left = room;
    const until = performance.now() + TURN_MS;
    for (const one of all) {
      let batch: BatchRow | undefined = one;
      // Rows that send nothing take no room: refused ones, and those that wait for a message from their handset.
      while (batch && !batch.finishedAt && !stopped && performance.now() < until) {
        // What a worker had begun that is gone is brought to its end, however little room there is.
        const isBegun: boolean = batch.takenUntil > batch.nextRow;
        if (left <= 0 && !isBegun && batch.status === 'running') break;
        const done = await runSlice(app, batch, Math.max(1, Math.min(left, MOST_IN_SLICE)));
        left -= done.queued;
        flow.waiting += done.queued;
        batch = done.batch;
      }
      if (left <= 0) break;
    }
  }

  /** @returns whether there is anything under way */
  async function turn(): Promise<boolean> {
    const batches = await endWithoutAccess(app, await claimBatches(app, worker));
    const byFlow = Map.groupBy(batches, ({ accountId, mode }) => `${accountId} ${mode}`);
    for (const name of flows.keys()) if (!byFlow.has(name)) flows.delete(name);
    const fed = await Promise.allSettled([...byFlow].map(([name, all]) => feed(name, all)));
    for (const one of fed)
      // The others' go on; this one comes again.
      if (one.status === 'rejected') app.log.error({ err: one.reason as unknown }, 'a batch was held up');
    return batches.length > 0;
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      hinted = false;
      const isBusy = await turn().catch((error: unknown) => {
        app.log.error({ err: error }, 'batches were not looked at');
        return false;
      });
      if (!stopped) await sleep(isBusy ? TURN_MS : POLL_MS, isBusy);
    }
  }

  function sleep(ms: number, isBusy: boolean): Promise<void> {
    if (hinted && !isBusy) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        wakeUp = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      // A hint ends the long wait, not the pace.
      wakeUp = isBusy && !stopped ? undefined : end;
    });
  }

  const unsubscribe = await app.bus.subscribe(BATCH_CHANNEL, { onMessage: wake, onResync: wake });
  const running = loop();
  return async () => {
    stopped = true;
    unsubscribe();
    wake();
    await running;
    await releaseBatches(app, worker).catch((error: unknown) =>
      app.log.warn({ err: error }, 'batches were not given back'),
    );
  };
}
