import { WORKER_CHANNEL } from '../bus/channels.ts';
import { isBeat, SILENT_MS } from '../carriers/crew.ts';
import type { App } from '../platform.ts';

/** Whether any worker has been heard lately, in whichever process: for `/ready`. */
export interface WorkerWatch extends AsyncDisposable {
  alive(): boolean;
}

export function createWorkerWatch(app: App): WorkerWatch {
  let heardAt = -Infinity;
  const heard = (payload: string): void => {
    if (isBeat(payload)) heardAt = performance.now();
  };
  const subscription = app.bus.subscribe(WORKER_CHANNEL, { onMessage: heard, onResync: () => {} });
  return {
    alive: () => performance.now() - heardAt < SILENT_MS,
    async [Symbol.asyncDispose]() {
      (await subscription)();
    },
  };
}
