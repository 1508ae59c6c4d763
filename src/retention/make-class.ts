import { areHoursCounted } from '../analytics/hours-counted.ts';
import { noteCuts, signCuts } from '../audit/cut-entries.ts';
import type { Tx } from '../db/client.ts';
import { givingWay } from '../db/giving-way.ts';
import type { App } from '../platform.ts';
import { KEPT_TABLES, type Kind, type KeptTable, type RetentionClass } from './classes.ts';
import { dropLeaf, findStray, makeLeaf, readLeaves } from './partitions.ts';
import { isAhead, planPartitions, type Leaf } from './plan.ts';

/** How often a lock is tried for that others have. */
const TRIES = 10;
// check_violation: a row came that a new partition should have.
const ROW_BETWEEN = '23514';

/** Makes what somebody needs who keeps things for another time from now on. */
export async function makeClass(app: App, kind: Kind, kept: RetentionClass): Promise<void> {
  for (const table of KEPT_TABLES) if (table.kind === kind) await keepClass(app, table, kept, true);
}

/** Makes and drops the partitions of one class of one table. */
export async function keepClass(
  app: App,
  table: KeptTable,
  kept: RetentionClass,
  inUse: boolean,
): Promise<void> {
  const { sql } = app;
  // The oldest row that has no partition gets one, then the next one: they are dropped in their time, too.
  for (;;) {
    const leaves = await readLeaves(sql, table, kept);
    const stray = await findStray(sql, table, kept);
    const { make, drop } = planPartitions(kept, leaves, { now: app.clock(), inUse, stray });
    let made = true;
    for (const period of make) made &&= await persist(app, () => makeLeaf(sql, table, kept, period));
    for (const leaf of drop) {
      const note = await readyToGo(app, table, kept, leaf);
      if (note && (await persist(app, () => dropLeaf(sql, leaf, note))))
        app.log.info({ partition: leaf.name, kept: kept.days }, 'dropped a partition: its time is over');
    }
    if (stray === undefined || make.length === 0 || !made) break;
  }
  if (inUse && !isAhead(kept, await readLeaves(sql, table, kept), app.clock()))
    app.log.error(
      { table: `${table.schema}.${table.name}`, kept: kept.days },
      'no partition is ahead: rows are put aside, and are dropped late. Look for what keeps the table locked.',
    );
}

/**
 * Makes sure that nothing is missed of what goes.
 * @returns what is to be noted in the transaction in which it goes; undefined when it has to stay
 */
async function readyToGo(
  app: App,
  { kind }: KeptTable,
  { days }: RetentionClass,
  leaf: Leaf,
): Promise<((tx: Tx) => Promise<void>) | undefined> {
  if (kind === 'messages' && !(await areHoursCounted(app, leaf))) {
    app.log.warn({ partition: leaf.name }, 'a partition stays until its hours are counted');
    return undefined;
  }
  if (kind !== 'audit') return async () => undefined;
  const cuts = await signCuts(app, { days, from: Math.max(0, leaf.from), until: leaf.to });
  return (tx) => noteCuts(tx, cuts);
}

/** @returns whether it is done */
async function persist(app: App, step: () => Promise<void>): Promise<boolean> {
  const waitMs = () => 50 + app.random() * 200;
  const error = await givingWay(step, { tries: TRIES, waitMs, also: ROW_BETWEEN });
  if (error !== undefined) app.log.warn({ err: error }, 'a partition is left to the next turn');
  return error === undefined;
}
