import type { App } from '../platform.ts';
import { classesOf, KEPT_TABLES } from './classes.ts';
import { keepClass } from './make-class.ts';
import { classTable, readBegun } from './partitions.ts';
import { readClassesInUse } from './settings.ts';

/** How often it is looked whether partitions are to be made or dropped. */
export const PARTITIONS_MS = 3_600_000;

/** Makes the partitions that are needed soon, and drops those whose time is over. */
export async function keepPartitions(app: App): Promise<void> {
  const [used, begun] = await Promise.all([readClassesInUse(app), readBegun(app.sql)]);
  for (const table of KEPT_TABLES)
    for (const kept of classesOf(table.kind)) {
      const inUse = used[table.kind].has(kept.days);
      if (inUse || begun.has(classTable(table, kept))) await keepClass(app, table, kept, inUse);
    }
}
