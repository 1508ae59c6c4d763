import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { bySystem } from '../audit/actor.ts';
import type { AccountId } from '../ids.ts';
import type { App } from '../platform.ts';
import { eraseRows } from './erase-rows.ts';
import { forgetMarks, readErasures, type Erasure } from './erasures.ts';
import { findMarked } from './find-marked.ts';
import { readLine, writeLine } from './ledger-line.ts';
import { makeDir } from '../make-dir.ts';

/** How often what other processes erased is written down here, too. */
export const LEDGER_MS = 600_000;

/** Writes an erasure down outside of the database, where a backup that is put back does not undo it. */
export async function noteErasure(app: App, erasure: Erasure): Promise<void> {
  await append(app.erasures.file, [erasure]);
}

/**
 * Makes the ledger outside of the database and the one inside say the same. What only the file knows was erased
 * after the backup that somebody has put back: it is erased again, before anything is served.
 */
export async function keepErasures(app: App): Promise<void> {
  const { file, backupDays } = app.erasures;
  const oldest = new Date(app.clock() - backupDays * 86_400_000);
  await forgetMarks(app.sql, oldest);
  const written = await readLedger(file);
  const counting = written.filter(({ erasedAt }) => erasedAt >= oldest);
  const stored = await readErasures(app.sql);
  const known = new Set(stored.map(({ id }) => id));
  const undone = counting.filter(({ id }) => !known.has(id));
  for (const [accountId, erasures] of Map.groupBy(undone, (one) => one.accountId))
    await eraseAgain(app, accountId, erasures);
  const names = new Set(written.map(({ id }) => id));
  const missing = stored.filter(({ id }) => !names.has(id));
  if (counting.length < written.length) await rewrite(file, [...counting, ...missing]);
  else if (missing.length > 0) await append(file, missing);
}

async function eraseAgain(app: App, accountId: AccountId, erasures: readonly Erasure[]): Promise<void> {
  const marked = await findMarked(
    app,
    accountId,
    new Set(erasures.flatMap(({ marks }) => marks.map(nameOf))),
  );
  let again = 0;
  for (const erasure of erasures) {
    const subjects = erasure.marks.flatMap((mark) => marked.get(nameOf(mark)) ?? []);
    if (await eraseRows(app, bySystem(accountId), erasure, { subjects })) again += 1;
  }
  app.log.warn({ accountId, again }, 'the database was put back: subjects erased since are erased again');
}

function nameOf(mark: Buffer): string {
  return mark.toString('hex');
}

async function readLedger(file: string): Promise<Erasure[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const erasures = new Map<string, Erasure>();
  for (const line of text.split('\n')) {
    const erasure = readLine(line);
    if (erasure) erasures.set(erasure.id, erasure);
  }
  return [...erasures.values()];
}

async function append(file: string, erasures: readonly Erasure[]): Promise<void> {
  await makeDir(dirname(file));
  await appendFile(file, erasures.map(writeLine).join(''), { mode: 0o600, flush: true });
}

/** What another process appends meanwhile is appended again the next time: the database has it. */
async function rewrite(file: string, erasures: readonly Erasure[]): Promise<void> {
  await writeFile(`${file}.new`, erasures.map(writeLine).join(''), { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}
