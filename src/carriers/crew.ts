import { randomUUID } from 'node:crypto';
import { WORKER_CHANNEL } from '../bus/channels.ts';
import { every } from '../chores.ts';
import type { App } from '../platform.ts';

/** A worker says that it is there this often. */
export const HEARTBEAT_MS = 1_000;
/** Three beats may get lost before it counts as gone. */
export const SILENT_MS = 4 * HEARTBEAT_MS;
const LEAVING = '-';

/**
 * The workers that are at work at this moment, this one among them: what a carrier takes is shared between
 * them. Over the bus each says every second that it is there, and at its end that it leaves.
 */
export interface Crew {
  /** At least 1. */
  size(): number;
  leave(): Promise<void>;
}

/** Whether somebody who is heard on the channel of workers goes on working. */
export function isBeat(payload: string): boolean {
  return !payload.startsWith(LEAVING);
}

/** @param onChange somebody came or went */
export async function joinCrew(app: App, onChange: () => void): Promise<Crew> {
  // A process that starts anew is another worker.
  const own = randomUUID();
  const heardAt = new Map<string, number>();
  let ownHeardAt = performance.now();
  const say = (payload: string): void => app.bus.publish([{ channel: WORKER_CHANNEL, payload }]);

  function hear(payload: string): void {
    if (!isBeat(payload)) {
      if (heardAt.delete(payload.slice(LEAVING.length))) onChange();
      return;
    }
    const now = performance.now();
    if (payload === own) {
      ownHeardAt = now;
      return;
    }
    const isNew = !heardAt.has(payload);
    heardAt.set(payload, now);
    if (!isNew) return;
    // Who comes is answered at once: it must not think itself alone until the next beat.
    say(own);
    onChange();
  }

  function forgetSilent(): void {
    const now = performance.now();
    // Where we do not hear ourselves the bus is away, and the others may well be at work.
    if (now - ownHeardAt > SILENT_MS) return;
    const gone = [...heardAt].filter(([, at]) => now - at > SILENT_MS);
    for (const [worker] of gone) heardAt.delete(worker);
    if (gone.length > 0) onChange();
  }

  const unsubscribe = await app.bus.subscribe(WORKER_CHANNEL, {
    onMessage: hear,
    // All had the time to say it again before anybody counts as gone.
    onResync() {
      ownHeardAt = -Infinity;
      for (const worker of heardAt.keys()) heardAt.set(worker, performance.now());
    },
  });
  say(own);
  const stop = every(app, HEARTBEAT_MS, 'heartbeat', async () => {
    say(own);
    forgetSilent();
  });
  return {
    size: () => heardAt.size + 1,
    async leave() {
      await stop();
      unsubscribe();
      say(LEAVING + own);
    },
  };
}
