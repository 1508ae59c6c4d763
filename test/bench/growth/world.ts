import { eq } from 'drizzle-orm';
import { claimMessages } from '../../../src/messages/claim.ts';
import { services } from '../../../src/services/table.ts';
import type { Ground } from '../ground/ground.ts';
import { startApi, type OtpostProcess } from '../ground/otpost.ts';
import { knownCode, startPending } from '../ground/pending.ts';
import { createPlatform, type Platform } from '../ground/platform.ts';
import { send, type Load } from '../load/load.ts';
import { addOldRows, drawOldVerifications } from './old-rows.ts';

/** What a table of so many old rows is asked; each answers per second. */
export interface World extends AsyncDisposable {
  start(): Promise<number>;
  check(): Promise<number>;
  claim(): Promise<number>;
  status(): Promise<number>;
}

const STATUS_IDS = 10_000;
const CLAIM_BATCH = 300;

export async function createWorld(ground: Ground, load: Load, oldRows: number): Promise<World> {
  await using starting = new AsyncDisposableStack();
  const platform = starting.use(await createPlatform(ground));
  const [service] = await platform.app.db
    .select({ id: services.id })
    .from(services)
    .where(eq(services.accountId, platform.who.accountId));
  await addOldRows(platform, service!.id, oldRows, (done) => {
    if (!ground.quick && done % 1_000_000 === 0) ground.say(`${done / 1_000_000} million old rows`);
  });
  const api = starting.use(await startApi(ground, platform));
  const statusIds = await drawOldVerifications(platform, STATUS_IDS, oldRows);
  const running = starting.move();
  return {
    ...questions(ground, load, platform, api, statusIds),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function questions(
  ground: Ground,
  load: Load,
  platform: Platform,
  api: OtpostProcess,
  verificationIds: string[],
): Omit<World, keyof AsyncDisposable> {
  const seconds = ground.quick ? 0.2 : 5;
  return {
    async start() {
      const firstNumber = platform.numbers.take(1_000_000);
      return (await send(load, api, platform, { kind: 'start', firstNumber }, seconds)).perSecond;
    },
    async check() {
      const rows = await startPending(platform, ground.quick ? 300 : 15_000);
      const codes = rows.map((row) => knownCode(platform, row));
      return (await send(load, api, platform, { kind: 'check', codes }, seconds)).perSecond;
    },
    async claim() {
      await startPending(platform, ground.quick ? 300 : 30_000);
      const perSecond = await claimAll(platform);
      await platform.app.sql`UPDATE messages SET due_at = NULL WHERE due_at IS NOT NULL`;
      return perSecond;
    },
    async status() {
      return (await send(load, api, platform, { kind: 'status', verificationIds }, seconds)).perSecond;
    },
  };
}

/** Claims what is due, in batches like the worker's. */
async function claimAll({ app }: Platform): Promise<number> {
  const startedAt = performance.now();
  let claimed = 0;
  for (;;) {
    const batch = await claimMessages(app.sql, 'live', CLAIM_BATCH, Date.now());
    if (batch.length === 0) break;
    claimed += batch.length;
  }
  return (claimed * 1_000) / (performance.now() - startedAt);
}
