import type { App } from '../../platform.ts';
import { destroyEmptyKeys } from './empty.ts';
import { withRotationLock } from './lock.ts';
import type { RotateOptions } from './options.ts';
import type { Progress } from '../../progress.ts';
import { keyEncryptionKeysInUse, rewrapKeys } from './rewrap.ts';
import { rotateData } from './rotate-data.ts';

/** All of `npm run keys:rotate`. @throws {Error} in one line, when it cannot go on; the next run does */
export function rotateKeys(app: App, how: HowToRotate, progress: Progress): Promise<void> {
  return withRotationLock(app.lanes, () => rotateLocked(app, how, progress));
}

type HowToRotate = Pick<RotateOptions, 'data'> & { rereadMs: number };

async function rotateLocked(
  app: App,
  { data, rereadMs }: HowToRotate,
  { update, say }: Progress,
): Promise<void> {
  const { count, kekId } = await rewrapKeys(app, {
    onProgress: (done, total) => update('Data keys wrapped anew', done, total),
  });
  say(
    count === 0
      ? `All data keys are wrapped under "${kekId}" already.`
      : `Wrapped under "${kekId}": ${count} data keys.`,
  );

  if (data) {
    const { resealed, sealed, unreadable } = await rotateData(app, {
      rereadMs,
      onResume: (startedAt) => say(`Going on with the rotation that began at ${startedAt.toISOString()}.`),
      onNewKeys: (made, ms) =>
        say(`New data keys: ${made}. In use everywhere in ${Math.ceil((ms + rereadMs) / 1000)} s.`),
      onProgress: (done, total, pass) =>
        update(pass === 1 ? 'Values sealed anew' : 'Values looked at again', done, total),
    });
    say(`Sealed anew: ${resealed} values.`);
    if (sealed > 0) say(`Sealed, which an earlier version had left in the clear: ${sealed} values.`);
    if (unreadable.count > 0)
      say(
        `Left as they are, because they do not open: ${unreadable.count} values, the first in ${unreadable.first}.`,
      );
  }
  const { destroyed, kept } = await destroyEmptyKeys(app);
  if (destroyed > 0)
    say(`Destroyed, because nothing is sealed under them any more: ${destroyed} old data keys.`);
  if (kept > 0)
    say(
      `Kept, because something was sealed under them meanwhile: ${kept} old data keys. A process has not learned the new ones: look into its log, then run this with --data.`,
    );

  const needed = await keyEncryptionKeysInUse(app);
  say(
    (await app.kek.removable(needed)) ??
      `No other key-encryption key than "${kekId}" is there to be removed.`,
  );
}
