import { batchChannel } from '../bus/channels.ts';
import type { Bus } from '../bus/bus.ts';
import type { BatchRow } from './table.ts';

/** How far a batch is, as it goes over the bus and to whoever asks. */
export type BatchProgress = Omit<
  BatchRow,
  'actor' | 'idempotencyKey' | 'fingerprint' | 'worker' | 'leaseUntil'
>;

export function progressOf(batch: BatchRow): BatchProgress {
  const { actor: _who, idempotencyKey: _key, fingerprint: _print, ...rest } = batch;
  const { worker: _worker, leaseUntil: _lease, ...progress } = rest;
  return progress;
}

export function publishProgress(bus: Bus, batch: BatchRow): void {
  bus.publish([{ channel: batchChannel(batch.accountId), payload: JSON.stringify(progressOf(batch)) }]);
}

export function readProgress(payload: string): BatchProgress {
  const read = JSON.parse(payload) as BatchProgress;
  const { createdAt, receivedAt, finishedAt } = read;
  return {
    ...read,
    createdAt: new Date(createdAt),
    receivedAt: new Date(receivedAt),
    finishedAt: finishedAt && new Date(finishedAt),
  };
}
