import { randomUUID } from 'node:crypto';
import type { App } from '../platform.ts';
import {
  forgetOldEvidence,
  readEvidence,
  saveEvidence,
  type AnySnapshot,
  type EvidenceKey,
} from './evidence-store.ts';

const SAVE_MS = 30_000;

/** Something that learns, and can say and hear what was learned. */
export interface Learned<Snapshot> {
  snapshot(): Snapshot;
  merge(other: Snapshot): void;
}

export interface Shared {
  /** It saw something: worth saving. */
  changed(): void;
}

/**
 * What this process has learned is saved every half a minute and at the end, that of the others read
 * as often: a restart forgets nothing, and no row is hot.
 */
export interface EvidenceExchange extends AsyncDisposable {
  /** Gives it what others know, and from then on exchanges. */
  share<Snapshot extends AnySnapshot>(key: EvidenceKey, learned: Learned<Snapshot>): Promise<Shared>;
  /** Saves and reads now. */
  exchange(): Promise<void>;
}

interface Kept {
  key: EvidenceKey;
  learned: Learned<AnySnapshot>;
  /** Saw something since it was saved. */
  isChanged: boolean;
  /** Of each other worker, when it had saved what was read last, by its own clock. */
  read: Map<string, Date>;
}

export function createEvidenceExchange(app: App): EvidenceExchange {
  // A process that starts anew is another one: what it saw before comes back as evidence of another one.
  const worker = randomUUID();
  const all: Kept[] = [];

  async function read(kept: Kept): Promise<void> {
    for (const saved of await readEvidence(app, kept.key, worker, kept.read)) {
      kept.learned.merge(saved.snapshot);
      kept.read.set(saved.worker, saved.updatedAt);
    }
  }

  async function save(kept: Kept): Promise<void> {
    if (!kept.isChanged) return;
    kept.isChanged = false;
    try {
      await saveEvidence(app, kept.key, worker, kept.learned.snapshot());
    } catch (error) {
      kept.isChanged = true;
      throw error;
    }
  }

  async function exchange(): Promise<void> {
    const errors: unknown[] = [];
    const step = (done: Promise<void>) => done.catch((error: unknown) => errors.push(error));
    for (const kept of all) {
      await step(save(kept));
      await step(read(kept));
    }
    await step(forgetOldEvidence(app));
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} steps failed`);
  }

  const timer = setInterval(() => {
    exchange().catch((error: unknown) => app.log.error({ err: error }, 'routing evidence not exchanged'));
  }, SAVE_MS);
  timer.unref();

  return {
    async share(key, learned) {
      // What was saved under a key came from its own kind.
      const kept = {
        key,
        learned: learned as Learned<AnySnapshot>,
        isChanged: false,
        read: new Map<string, Date>(),
      };
      await read(kept);
      all.push(kept);
      return { changed: () => (kept.isChanged = true) };
    },
    exchange,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      for (const kept of all)
        await save(kept).catch((error: unknown) =>
          app.log.error({ err: error }, 'routing evidence not saved'),
        );
    },
  };
}
