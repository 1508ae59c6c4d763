import { UnknownKey } from './errors.ts';
import type { Keyring } from './keyring.ts';

/**
 * Runs what seals or opens; should it need a key that this process does not know yet, because another
 * process made it this moment, learns it and runs again. So what runs must be safe to be run twice: it
 * reads, or the error rolls its transaction back. What waits for nothing is answered at once.
 */
export function withKeys<T>(keys: Keyring, run: () => T): T | Promise<Awaited<T>> {
  try {
    const result = run();
    return result instanceof Promise
      ? result.catch((error: unknown) => runLearned(keys, run, error))
      : result;
  } catch (error) {
    return runLearned(keys, run, error);
  }
}

async function runLearned<T>(keys: Keyring, run: () => T, first: unknown): Promise<Awaited<T>> {
  const learned = new Set<string>();
  for (let error = first; ;) {
    if (!(error instanceof UnknownKey) || learned.has(error.account)) throw error;
    learned.add(error.account);
    await keys.learn(error.account);
    try {
      return await run();
    } catch (next) {
      error = next;
    }
  }
}
