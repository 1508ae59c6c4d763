import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { KEYS_CHANNEL } from '../../bus/channels.ts';
import type { App } from '../../platform.ts';
import { SEALED_COLUMNS } from '../sealed-columns.ts';
import type { SweepPosition } from '../table.ts';
import { emptyKeys } from './empty.ts';
import { renewKeys, retireKeys, untilActive } from './renew.ts';
import { sealClearValues } from './seal-clear.ts';
import { columnName, sweepOnce, type LeftBehind, type Rotation } from './sweep.ts';

export interface DataRotation {
  /** How often each process looks for new keys. */
  rereadMs: number;
  onResume(startedAt: Date): void;
  onNewKeys(count: number, activeInMs: number): void;
  onProgress(done: number, total: number, pass: number): void;
}

export interface RotatedData {
  resealed: number;
  /** Values that an earlier version had left in the clear. */
  sealed: number;
  unreadable: Pick<LeftBehind, 'count' | 'first'>;
}

const LAST_SEALS_MS = 1_000;

/**
 * Gives every account new data keys and seals all values anew, while the installation serves. Interrupted, the
 * next run goes on where it stopped.
 */
export async function rotateData(
  app: Pick<App, 'sql' | 'keys' | 'kek' | 'bus'>,
  { rereadMs, onResume, onNewKeys, onProgress }: DataRotation,
): Promise<RotatedData> {
  let rotation = await findUnfinished(app);
  if (rotation) onResume(rotation.startedAt);
  else rotation = await begin(app);
  const { startedAt } = rotation;

  // Who missed the announcement has looked twice before the first value comes that needs the new key.
  const made = await renewKeys(app, startedAt, 2 * rereadMs);
  const waitMs = await untilActive(app, startedAt);
  onNewKeys(made, Math.max(0, waitMs));
  // A timer may be early by less than a millisecond, and no key is retired before its next one is active: in one
  // rotation of ten all old ones stayed in use.
  for (let ms = waitMs; ms > 0; ms = await untilActive(app, startedAt)) await delay(Math.ceil(ms));
  await retireKeys(app, startedAt);
  // By then every process has noticed that they are active, and what was sealed before is committed: also when a run
  // that was killed had made them, a moment ago.
  await delay(Math.max(0, Math.min(waitMs, 0) + rereadMs + LAST_SEALS_MS));
  await app.keys.refresh();

  const sealed = await sealClearValues(app);
  const { resealed, left } = await sweepUntilClean(app, rotation, onProgress);
  await emptyKeys(app, startedAt, left.keys);
  await app.sql`UPDATE key_rotations SET finished_at = now() WHERE id = ${rotation.id}`;
  app.bus.publish([{ channel: KEYS_CHANNEL, payload: '' }]);
  return { resealed, sealed, unreadable: left };
}

/** Passes over everything, until one from the first value to the last finds nothing to seal anew. */
async function sweepUntilClean(
  app: Pick<App, 'sql' | 'keys'>,
  unfinished: Rotation,
  onProgress: DataRotation['onProgress'],
): Promise<{ resealed: number; left: LeftBehind }> {
  let rotation = unfinished;
  let resealed = 0;
  for (;;) {
    const { pass, account }: SweepPosition = rotation.position;
    const total = await countValues(app);
    const left: LeftBehind = { count: 0, keys: new Set(), first: undefined };
    rotation = await sweepOnce(app, rotation, left, (done) => onProgress(done, Math.max(done, total), pass));
    resealed += rotation.position.resealed;
    if (rotation.position.resealed === 0 && account === undefined) return { resealed, left };
    // Once more, for what was written back from before meanwhile.
    rotation = { ...rotation, position: firstPosition(pass + 1), done: 0 };
  }
}

interface RawRotation {
  id: string;
  started_at: Date;
  position: SweepPosition | null;
  done: string;
}

async function findUnfinished({ sql }: Pick<App, 'sql'>): Promise<Rotation | undefined> {
  const [raw] = await sql<RawRotation[]>`
    SELECT * FROM key_rotations WHERE finished_at IS NULL ORDER BY started_at LIMIT 1`;
  return raw && fromRaw(raw);
}

async function begin({ sql }: Pick<App, 'sql'>): Promise<Rotation> {
  const [raw] = await sql<RawRotation[]>`INSERT INTO key_rotations (id) VALUES (${randomUUID()}) RETURNING *`;
  return fromRaw(raw!);
}

function fromRaw({ id, started_at: startedAt, position, done }: RawRotation): Rotation {
  return { id, startedAt, position: position ?? firstPosition(1), done: Number(done) };
}

function firstPosition(pass: number): SweepPosition {
  return { pass, column: columnName(SEALED_COLUMNS[0]!), resealed: 0 };
}

async function countValues({ sql }: Pick<App, 'sql'>): Promise<number> {
  let total = 0;
  for (const { table } of SEALED_COLUMNS) {
    const [row] = await sql<{ count: string }[]>`SELECT count(*) FROM ${sql(table)}`;
    total += Number(row!.count);
  }
  return total;
}
