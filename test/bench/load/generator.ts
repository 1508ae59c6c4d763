import { answerQuestions } from '../ground/rpc.ts';
import { createCounting, type Counting } from '../ground/usage.ts';
import { percentile } from '../measure/percentile.ts';
import { HttpConnection } from './connection.ts';
import { createGate, type Gate } from './gate.ts';
import type { LoadJob, LoadResult } from './jobs.ts';
import { requestSource } from './requests.ts';

/** The load generator: a process of its own. */
export type LoadGenerator = Counting & {
  /** Keeps `connections` busy until the time is over, the requests run out, or `stop` is called. */
  run(job: LoadJob): Promise<LoadResult>;
  /** For the pace `allowed`: how many more starts may go. */
  allow(count: number): void;
  stop(): void;
};

interface Run {
  gate: Gate;
  over: boolean;
}

let current: Run | undefined;

function stop(): void {
  if (!current) return;
  current.over = true;
  current.gate.open();
}

async function run(job: LoadJob): Promise<LoadResult> {
  const url = new URL(job.url);
  const source = requestSource(job.requests);
  const mine: Run = { gate: createGate(job.pace), over: false };
  current = mine;
  const latencies: number[] = [];
  const { apiKeys } = job;
  let turn = 0;
  let refused = 0;
  let firstRefusal: string | undefined;

  async function keepBusy(connection: HttpConnection): Promise<void> {
    while (!mine.over) {
      await mine.gate.pass();
      const body = mine.over ? undefined : source.next();
      if (body === undefined) return;
      const sentAt = performance.now();
      const answer = await connection.post(body, apiKeys?.[turn++ % apiKeys.length]);
      if (answer.status === source.status && source.accepts(answer.body))
        latencies.push(performance.now() - sentAt);
      else {
        refused += 1;
        firstRefusal ??= `${answer.status} ${answer.body}`.slice(0, 500);
      }
    }
  }

  const connections = await Promise.all(
    Array.from({ length: job.connections }, () => HttpConnection.open(url, source.form, job.apiKey)),
  );
  const startedAt = performance.now();
  const timer = setTimeout(stop, job.seconds * 1_000);
  try {
    await Promise.all(connections.map(keepBusy));
  } finally {
    clearTimeout(timer);
    stop();
    for (const connection of connections) connection.close();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    accepted: latencies.length,
    perSecond: latencies.length / seconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    refused,
    ...(firstRefusal !== undefined && { firstRefusal }),
  };
}

answerQuestions({
  ...createCounting(),
  run,
  stop,
  allow: (count: number) => current?.gate.allow(count),
} satisfies LoadGenerator);
