import type { App } from './platform.ts';

/**
 * Repeats a chore with a pause in between; a failure is logged and the next turn comes anyway.
 * @returns ends it, once the turn under way is done
 */
export function every(
  app: App,
  pauseMs: number,
  name: string,
  chore: () => Promise<void>,
): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const turn = (): void => {
    current = chore()
      .catch((error: unknown) => app.log.error({ err: error }, `${name} failed`))
      .finally(() => {
        if (!stopped) timer = setTimeout(turn, pauseMs);
      });
  };
  timer = setTimeout(turn, pauseMs);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
}
