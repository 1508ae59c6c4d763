import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { tables } from '../../src/db/relations.ts';
import { SEALED_COLUMNS } from '../../src/keys/sealed-columns.ts';

const TABLES = Object.values(tables).map((table) => {
  const { schema, name, columns } = getTableConfig(table as unknown as PgTable);
  return {
    name: schema === undefined ? name : `${schema}.${name}`,
    columns: columns.map((column) => column.name),
  };
});

test('every column `…_sealed` is in SEALED_COLUMNS, so that a rotation of data keys does not leave it behind', () => {
  const inTables = TABLES.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column}`)).filter(
    (name) => name.endsWith('_sealed'),
  );
  expect(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort()).toEqual(inTables.sort());
});

test('a sealed column names its rows by columns that are there', () => {
  for (const { table, row, ofInstallation } of SEALED_COLUMNS) {
    const { columns } = TABLES.find(({ name }) => name === table)!;
    const needed = [...(ofInstallation ? [] : ['account_id']), ...(row ? [row.column] : [])];
    expect(columns, table).toEqual(expect.arrayContaining(needed));
  }
});
