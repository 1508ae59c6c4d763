import type { RunningApp } from '../../src/app.ts';

/** Runs something while a table is not there: what a query says of that is what a log gets to read. */
export async function withoutTable(app: RunningApp, table: string, run: () => Promise<void>): Promise<void> {
  await app.sql`ALTER TABLE ${app.sql(table)} RENAME TO ${app.sql(`${table}_away`)}`;
  try {
    await run();
  } finally {
    await app.sql`ALTER TABLE ${app.sql(`${table}_away`)} RENAME TO ${app.sql(table)}`;
  }
}
