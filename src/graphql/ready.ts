import type { ServerResponse } from 'node:http';
import { sql } from 'drizzle-orm';
import { answerJson } from '../http/answer.ts';
import { createWorkerWatch } from '../messages/worker-watch.ts';
import type { App } from '../platform.ts';

/** Whether this process can do its work: with what it needs of others. */
export async function answerReady(app: App, stopping: boolean, response: ServerResponse): Promise<void> {
  const worker = app.single(createWorkerWatch).alive();
  const [database, bus] = await Promise.all([
    app.db.execute(sql`SELECT 1`).then(
      () => true,
      () => false,
    ),
    app.bus.ready().catch(() => false),
  ]);
  const all = database && bus && worker && !stopping;
  answerJson(response, all ? 200 : 503, { ready: all, database, bus, worker, stopping });
}
