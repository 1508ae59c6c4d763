import { z } from '@hono/zod-openapi';
import { BATCH_STATUSES, queuedOf } from '../../batches/batch.ts';
import type { BatchProgress } from '../../batches/progress.ts';
import type { RowResult } from '../../batches/queries.ts';
import { refusalOf } from '../../batches/refusal.ts';
import { idOf, moment, momentOrNull } from './parts.ts';
import { problem, Problem, type Site } from './problem.ts';
import { Mode } from './verification-shape.ts';

const count = (description: string) => z.int().openapi({ description });

/** A batch over REST: the names are those of the GraphQL type. */
export const Batch = z
  .object({
    id: idOf('bat', 'The batch'),
    mode: Mode.openapi({ description: 'Whether it is for real or a test; that of the key that brought it.' }),
    status: z.enum(BATCH_STATUSES).openapi({
      description:
        'Where it stands. All but `receiving` and `running` are final for what was not begun by then.',
    }),
    rows: count('How many rows it has, so far.'),
    queued: count('How many of them are not decided yet.'),
    started: count('How many were started.'),
    refused: count('How many could not be started.'),
    canceled: count('How many never will be.'),
    serviceId: idOf('svc', 'The service whose rules it follows'),
    createdAt: moment('When its first row came.'),
    finishedAt: momentOrNull('Since when nothing of it can change any more.'),
    version: count('Goes up with every change.'),
  })
  .openapi('Batch', {
    description: 'Many verifications that are started together, at the pace of the carriers.',
  });

export function batchShape(batch: BatchProgress): z.output<typeof Batch> {
  const { id, mode, status, rows, started, refused, canceled, serviceId, createdAt, finishedAt, version } =
    batch;
  const queued = queuedOf(batch);
  return {
    ...{ id, mode, status, rows, queued, started, refused, canceled },
    ...{ serviceId, createdAt, finishedAt, version },
  };
}

export const BatchRow = z
  .object({
    row: count('Its number, from 1. Empty lines have none.'),
    mode: Mode.openapi({ description: 'That of its batch.' }),
    status: z
      .enum(['queued', 'started', 'refused', 'canceled'])
      .openapi({ description: 'What has become of it.' }),
    verificationId: idOf('vrf', 'Of a row that was started: its verification').nullable(),
    // Not `nullable()`: of what has a name of its own, that would be lost in the document.
    error: z.union([Problem, z.null()]).openapi({
      description: 'Why it was refused: what a start of its own would have been answered with.',
    }),
  })
  .openapi('BatchRow', { description: 'A row of a batch, and what has become of it.' });

export function batchRowShape(
  site: Site,
  { mode }: Pick<BatchProgress, 'mode'>,
  { row, status, verificationId, error }: RowResult,
): z.output<typeof BatchRow> {
  return { row, mode, status, verificationId, error: error && problemOfRow(site, refusalOf(error)) };
}

function problemOfRow(site: Site, { code, message, ...more }: ReturnType<typeof refusalOf>): Problem {
  const there = Object.entries(more).filter(([, value]) => value !== null);
  return problem(site, code, message, Object.fromEntries(there));
}
