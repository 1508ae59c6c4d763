import { randomUUID } from 'node:crypto';
import { every } from '../chores.ts';
import { coalesce } from '../coalesce.ts';
import type { App } from '../platform.ts';
import {
  findFormer,
  forgetOldEvidence,
  readEvidence,
  saveEvidence,
  type AnySnapshot,
  type EvidenceKey,
} from './evidence-store.ts';

const SAVE_MS = 30_000;
/**
 * What nobody has asked for so long leaves the memory; whoever asks again has it from the database. Measured: a policy
 * with 100 attempts over three routes takes 90 KB, one with 20,000 over fifty in twenty countries 9 MB. Half of what
 * it knows has faded by then.
 */
const IDLE_MS = 6 * 3_600_000;

/** Something that learns, and can say and hear what was learned. */
export interface Learned<Snapshot> {
  snapshot(): Snapshot;
  merge(other: Snapshot): void;
}

export interface Sharing<Snapshot extends AnySnapshot> extends EvidenceKey {
  learned: Learned<Snapshot>;
  /** @throws when it was saved in another form */
  read: (saved: unknown) => Snapshot;
  /** It is saved, and exchanged no longer: nobody is to keep it. */
  onIdle(): void;
}

export interface Shared {
  /** It saw something: worth saving. */
  changed(): void;
  /** Somebody asked for it: it stays. */
  used(): void;
}

/**
 * What this process has learned is saved every half a minute and at the end, that of the others read
 * as often: a restart forgets nothing, and no row is hot.
 */
export interface EvidenceExchange extends AsyncDisposable {
  /** Gives it what others know, and what this process did before it was idle; from then on exchanges. */
  share<Snapshot extends AnySnapshot>(sharing: Sharing<Snapshot>): Promise<Shared>;
  /** Saves and reads now; one at a time. */
  exchange(): Promise<void>;
}

interface Kept extends Sharing<AnySnapshot> {
  /** Saw something since it was saved. */
  isChanged: boolean;
  usedAt: number;
  /** Of each worker, when it had saved what was read last, by its own clock. */
  heard: Map<string, Date>;
  /** Whose evidence cannot be read: that is said once. */
  unreadable: Set<string>;
}

export function createEvidenceExchange(app: App): EvidenceExchange {
  // A process that starts anew is another one: what it saw before comes back as evidence of another one.
  const worker = randomUUID();
  const all = new Set<Kept>();
  // Somebody who is in a transaction may be the first to ask.
  const reader = { ...app, ...app.aside };

  async function read(from: App, kept: Kept, except?: string): Promise<void> {
    for (const saved of await readEvidence(from, kept, kept.heard, except)) {
      // Also what cannot be read is not asked for again before it was saved anew.
      kept.heard.set(saved.worker, saved.updatedAt);
      try {
        kept.learned.merge(kept.read(saved.snapshot));
        kept.unreadable.delete(saved.worker);
      } catch (error) {
        leaveOut(kept, saved.worker, error);
      }
    }
  }

  function leaveOut({ accountId, policy, unreadable }: Kept, from: string, error: unknown): void {
    if (unreadable.has(from)) return;
    unreadable.add(from);
    const about = { accountId, policy, worker: from };
    app.log.warn({ err: error, ...about }, 'routing evidence that cannot be read is left out');
  }

  async function save(kept: Kept): Promise<void> {
    if (!kept.isChanged) return;
    kept.isChanged = false;
    try {
      await saveEvidence(app, kept, worker, kept.learned.snapshot());
    } catch (error) {
      kept.isChanged = true;
      throw error;
    }
  }

  async function exchangeOne(kept: Kept): Promise<void> {
    await save(kept);
    if (kept.isChanged || app.clock() - kept.usedAt < IDLE_MS) return read(app, kept, worker);
    all.delete(kept);
    kept.onIdle();
  }

  const exchange = coalesce(async () => {
    const errors: unknown[] = [];
    const step = (done: Promise<void>) => done.catch((error: unknown) => errors.push(error));
    for (const kept of all) await step(exchangeOne(kept));
    await step(forgetOldEvidence(app));
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} steps failed`);
  });

  const stop = every(app, SAVE_MS, 'exchange of routing evidence', exchange);

  return {
    async share(sharing) {
      const kept: Kept = {
        // What was saved under a key came from its own kind.
        ...(sharing as unknown as Sharing<AnySnapshot>),
        former: await findFormer(reader, sharing),
        ...{ isChanged: false, usedAt: app.clock() },
        ...{ heard: new Map<string, Date>(), unreadable: new Set<string>() },
      };
      await read(reader, kept);
      all.add(kept);
      return {
        changed: () => (kept.isChanged = true),
        used: () => (kept.usedAt = app.clock()),
      };
    },
    exchange,
    async [Symbol.asyncDispose]() {
      await stop();
      for (const kept of all)
        await save(kept).catch((error: unknown) =>
          app.log.error({ err: error }, 'routing evidence not saved'),
        );
    },
  };
}
