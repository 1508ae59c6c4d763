import { ROLL_UP_MS, rollUp } from './analytics/roll-up.ts';
import { WATCH_MS, watchRouting } from './analytics/watch-routing.ts';
import { CHECKPOINT_MS, makeCheckpoints } from './audit/make-checkpoints.ts';
import { SEAL_MS, sealEntries } from './audit/seal-entries.ts';
import { FORGET_BATCHES_MS, forgetBatches } from './batches/forget.ts';
import { every } from './chores.ts';
import { FORGET_FACTORS_MS, forgetFactors } from './factors/forget.ts';
import { FORGET_MS, forgetOAuth } from './oauth/forget.ts';
import type { App } from './platform.ts';
import { keepPartitions, PARTITIONS_MS } from './retention/keep-partitions.ts';
import { createDestinationForgetter, FORGET_DESTINATIONS_MS } from './verifications/forget-destinations.ts';

/** What a worker does in its own time. @param stack ends it */
export function startChores(app: App, stack: AsyncDisposableStack): void {
  // Nobody waits for it: what has no partition yet is put aside, and then where it belongs.
  const made = keepPartitions(app).catch((error: unknown) =>
    app.log.error({ err: error }, 'making partitions failed'),
  );
  stack.defer(() => made);
  stack.defer(every(app, PARTITIONS_MS, 'keeping of partitions', () => keepPartitions(app)));
  stack.defer(
    every(app, ROLL_UP_MS, 'counting of hours', async () => {
      while (await rollUp(app));
    }),
  );
  stack.defer(
    every(app, SEAL_MS, 'sealing of the audit log', async () => {
      while (await sealEntries(app));
    }),
  );
  stack.defer(every(app, CHECKPOINT_MS, 'signing of the audit log', () => makeCheckpoints(app)));
  const forgetDestinations = createDestinationForgetter(app);
  stack.defer(every(app, FORGET_DESTINATIONS_MS, 'forgetting of destinations', forgetDestinations));
  stack.defer(every(app, FORGET_FACTORS_MS, 'forgetting of challenges', () => forgetFactors(app)));
  stack.defer(every(app, FORGET_MS, 'forgetting of used assertions', () => forgetOAuth(app)));
  stack.defer(every(app, FORGET_BATCHES_MS, 'forgetting of batches', () => forgetBatches(app)));
  stack.defer(every(app, WATCH_MS, 'watch over routing', () => watchRouting(app)));
}
