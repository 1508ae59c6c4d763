import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { tables } from '../../src/db/relations.ts';
import { SEALED_COLUMNS } from '../../src/keys/sealed-columns.ts';

test('every column `…_sealed` is in SEALED_COLUMNS, so that a rotation of data keys does not leave it behind', () => {
  const inTables = Object.values(tables)
    .map((table) => getTableConfig(table as unknown as PgTable))
    .flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`))
    .filter((name) => name.endsWith('_sealed'));
  expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(inTables.sort());
});

test('a sealed column names its rows by columns that are there', () => {
  for (const { table, row } of SEALED_COLUMNS) {
    const found = Object.values(tables)
      .map((one) => getTableConfig(one as unknown as PgTable))
      .find(({ name }) => name === table)!;
    const names = found.columns.map(({ name }) => name);
    expect(names, table).toEqual(expect.arrayContaining(['account_id', ...(row ? [row.column] : [])]));
  }
});
