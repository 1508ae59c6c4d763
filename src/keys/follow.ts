import type { Logger } from 'pino';
import type { Bus } from '../bus/bus.ts';
import { KEYS_CHANNEL } from '../bus/channels.ts';
import type { KeyLoader } from './loader.ts';

/**
 * Keeps this process's keys in step with the database: at once when a change is announced, and every
 * `rereadMs` for the announcement that got lost.
 * @returns its end
 */
export async function followKeys(
  bus: Bus,
  loader: KeyLoader,
  rereadMs: number,
  log: Logger,
): Promise<() => Promise<void>> {
  let looking: Promise<void> | undefined;
  let again = false;
  const look = (): void => {
    again = looking !== undefined;
    looking ??= loader
      .refresh()
      .catch((error: unknown) => log.error({ err: error }, 'reading the data keys failed'))
      .finally(() => {
        looking = undefined;
        if (again) look();
      });
  };
  const unsubscribe = await bus.subscribe(KEYS_CHANNEL, { onMessage: look, onResync: look });
  const timer = setInterval(look, rereadMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    unsubscribe();
    again = false;
    await looking;
  };
}
