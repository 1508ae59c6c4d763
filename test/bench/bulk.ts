import { ReadableStream } from 'node:stream/web';
import type { Ground } from './ground/ground.ts';
import { phoneNumber } from './ground/numbers.ts';
import { startApi, type OtpostProcess } from './ground/otpost.ts';
import { createPlatform, type Platform } from './ground/platform.ts';
import { send, startLoad } from './load/load.ts';
import { alternate } from './measure/alternate.ts';
import type { Outcome } from './measure/outcome.ts';

const ROWS = 100_000;
const NUMBERS_PER_RUN = 1_000_000;
const MB = 1024 * 1024;
const ROWS_PER_CHUNK = 1_000;

/** How many rows of a batch a second one API process takes in, beside single starts. No worker: none is started. */
export async function benchBulk(ground: Ground): Promise<Outcome[]> {
  await using platform = await createPlatform(ground);
  const rows = ground.quick ? 2_000 : ROWS;
  const memory = await measureMemory(ground, platform, rows);

  await using api = await startApi(ground, platform);
  await using load = await startLoad(ground);
  const seconds = ground.quick ? 0.2 : 6;
  const starts = () => ({ kind: 'start', firstNumber: platform.numbers.take(NUMBERS_PER_RUN) }) as const;
  await upload(api, platform, Math.round(rows / 10));
  await send(load, api, platform, starts(), seconds / 2);
  const { ours, ceiling, ratio, runs } = await alternate(
    ground,
    'rows/s',
    async () => (rows * 1_000) / (await upload(api, platform, rows)),
    async () => (await send(load, api, platform, starts(), seconds)).perSecond,
  );
  return [
    {
      row: 'bulk',
      measured: { value: ours, unit: 'rows/s' },
      beside: { value: ceiling, unit: 'starts/s' },
      ratio,
      target: { atLeast: 3 },
      note: `${rows} rows in one request, sealed and kept; worker off`,
      runs,
    },
    {
      row: 'bulk: memory',
      measured: { value: memory.gained / MB, unit: 'MB' },
      target: { atMost: 150 },
      note: `most that it held above idle, for ${rows} rows`,
      runs: [memory],
    },
  ];
}

/** In a process of its own: one that was busy before has its memory already. */
async function measureMemory(ground: Ground, platform: Platform, rows: number) {
  await using api = await startApi(ground, platform);
  const idle = (await api.ask.settledMemory()).resident;
  await upload(api, platform, rows);
  const peak = await api.ask.peakResident();
  ground.say(`${Math.round(idle / MB)} MB idle, ${Math.round(peak / MB)} MB at most`);
  return { idle, peak, gained: peak - idle };
}

/** @returns after how many milliseconds all of it was accepted */
async function upload(api: OtpostProcess, { apiKey, numbers }: Platform, rows: number): Promise<number> {
  const first = numbers.take(rows);
  const chunks: Buffer[] = [];
  for (let from = 0; from < rows; from += ROWS_PER_CHUNK) {
    const count = Math.min(ROWS_PER_CHUNK, rows - from);
    const lines = Array.from({ length: count }, (_, i) => `{"to":"${phoneNumber(first + from + i)}"}\n`);
    chunks.push(Buffer.from(lines.join('')));
  }
  const begun = performance.now();
  const response = await fetch(new URL('/v1/verifications/batch', api.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' },
    body: ReadableStream.from(chunks),
    duplex: 'half',
  } as unknown as RequestInit);
  const ms = performance.now() - begun;
  const batch = (await response.json()) as { rows?: number; refused?: number };
  if (batch.rows !== rows || batch.refused !== 0) throw new Error(`not accepted: ${JSON.stringify(batch)}`);
  return ms;
}
