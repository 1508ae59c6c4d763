import { parentPort, workerData } from 'node:worker_threads';
import { createDecisionStream } from './decision.ts';

const { warmUp, batches, perBatch } = workerData as DecisionBatches;

export interface DecisionBatches {
  /** Decisions until it is compiled, and the first messages have expired. */
  warmUp: number;
  batches: number;
  perBatch: number;
}

const decisions = createDecisionStream();
decisions.time(warmUp);
parentPort!.postMessage(Array.from({ length: batches }, () => decisions.time(perBatch)));
