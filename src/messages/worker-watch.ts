import { WORKER_CHANNEL } from '../bus/channels.ts';
import type { App } from '../platform.ts';

export const HEARTBEAT_MS = 1_000;
// Three beats may get lost before it counts as gone.
const SILENT_MS = 4 * HEARTBEAT_MS;

/** Whether any worker has been heard lately, in whichever process: for `/ready`. */
export interface WorkerWatch extends AsyncDisposable {
  alive(): boolean;
}

export function createWorkerWatch(app: App): WorkerWatch {
  let heardAt = -Infinity;
  const heard = (): void => {
    heardAt = performance.now();
  };
  const subscription = app.bus.subscribe(WORKER_CHANNEL, { onMessage: heard, onResync: () => {} });
  return {
    alive: () => performance.now() - heardAt < SILENT_MS,
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}

export function beat(app: App): void {
  app.bus.publish([{ channel: WORKER_CHANNEL, payload: '' }]);
}
