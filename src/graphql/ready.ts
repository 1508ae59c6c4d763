import type { ServerResponse } from 'node:http';
import { sql } from 'drizzle-orm';
import { answerJson } from '../http/answer.ts';
import { createWorkerWatch } from '../messages/worker-watch.ts';
import type { App } from '../platform.ts';
import { within } from '../within.ts';

/** What is silent for so long counts as away: whoever asks for `/ready` has little patience. */
const ANSWER_MS = 2_000;

/** Whether this process can do its work: with what it needs of others. */
export async function answerReady(app: App, stopping: boolean, response: ServerResponse): Promise<void> {
  const worker = app.single(createWorkerWatch).alive();
  const [database, bus] = await Promise.all([
    inTime(app.single(createDatabaseCheck).answers()),
    inTime(app.bus.ready()),
  ]);
  const all = database && bus && worker && !stopping;
  answerJson(response, all ? 200 : 503, { ready: all, database, bus, worker, stopping });
}

interface DatabaseCheck {
  answers(): Promise<boolean>;
}

/** Asks one question at a time: of those who ask a silent database every second, none leaves another query behind. */
function createDatabaseCheck(app: App): DatabaseCheck {
  let asking: Promise<boolean> | undefined;
  return {
    answers: () =>
      (asking ??= app.db
        .execute(sql`SELECT 1`)
        .then(
          () => true,
          () => false,
        )
        .finally(() => (asking = undefined))),
  };
}

async function inTime(answer: Promise<boolean>): Promise<boolean> {
  try {
    return (await within(ANSWER_MS, answer)) ?? false;
  } catch {
    return false;
  }
}
