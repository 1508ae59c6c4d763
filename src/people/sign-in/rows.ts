import { and, eq, getColumns, gt, gte, inArray, lt, lte, ne, sql, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { getTableConfig } from 'drizzle-orm/pg-core';
import type { CleanedWhere } from 'better-auth/adapters';
import type { App } from '../../platform.ts';
import { openPersonal, sealPersonal } from '../personal-data.ts';
import { sessionHash } from '../session-directory.ts';
import type { Field, Model } from './models.ts';

export type Data = Record<string, unknown>;
type Keys = Pick<App, 'keys'>;

/** What the library writes, as columns of ours. */
export function toRow(app: Keys, model: Model, data: Data, id: string): Data {
  const row: Data = {};
  for (const [name, value] of Object.entries(data)) {
    if (model.dropped.includes(name)) continue;
    const field = fieldOf(model, name);
    switch (field.as) {
      case 'plain':
        row[field.column] = value;
        break;
      case 'sealed':
        if (!id) throw new Error(`${name} is sealed for one row, which must be named`);
        row[field.column] = sealPersonal(app, String(value), placeOf(model, field.name, id));
        if (field.index) row[field.index.column] = field.index.of(app, String(value));
        break;
      case 'hashed':
        row[field.column] = sessionHash(app, String(value));
        break;
      default:
        throw new Error(`unhandled field: ${JSON.stringify(field satisfies never)}`);
    }
  }
  return row;
}

/** @param asked what was looked for: a token that was hashed is known from there, and from nowhere else */
export function toData(app: Keys, model: Model, row: Data, asked: Data): Data {
  const data: Data = {};
  for (const [name, field] of Object.entries(model.fields))
    switch (field.as) {
      case 'plain':
        data[name] = row[field.column];
        break;
      case 'sealed':
        data[name] = openPersonal(
          app,
          row[field.column] as Buffer,
          placeOf(model, field.name, String(row.id)),
        );
        break;
      case 'hashed':
        data[name] = asked[name] ?? '';
        break;
      default:
        throw new Error(`unhandled field: ${JSON.stringify(field satisfies never)}`);
    }
  return data;
}

/** A condition of the library's. It has no other ones on the ways that are open here. */
export function toCondition(app: Keys, model: Model, where: readonly CleanedWhere[]): SQL {
  if (where.length === 0) throw new Error('a statement about all rows');
  return and(...where.map((one) => comparison(app, model, one)))!;
}

/** What must be equal, by the field's name. */
export function askedIn(where: readonly CleanedWhere[]): Data {
  return Object.fromEntries(
    where.flatMap(({ field, operator, value }) => (operator === 'eq' ? [[field, value]] : [])),
  );
}

function comparison(app: Keys, model: Model, { field: name, operator, value, connector }: CleanedWhere): SQL {
  if (connector !== 'AND') throw new Error('a condition with OR');
  const field = fieldOf(model, name);
  // What is no id at all, as anybody may send one, is the id of nothing; and so is what no column takes.
  if (name === 'id' && !/^[a-z]{3}_[0-9a-f]{32}$/.test(String(value))) return sql`false`;
  // No text in PostgreSQL has this character.
  if (field.as === 'plain' && typeof value === 'string' && value.includes('\0')) return sql`false`;
  if (name === 'credentialID' && !(typeof value === 'string' && /^[\w-]+$/.test(value))) return sql`false`;
  const column = columnOf(model.table, field.as === 'sealed' ? field.index?.column : field.column);
  const written = (one: unknown): unknown => {
    if (field.as === 'hashed') return sessionHash(app, String(one));
    return field.as === 'sealed' ? field.index?.of(app, String(one)) : one;
  };
  switch (operator) {
    case 'eq':
      return eq(column, written(value));
    case 'ne':
      return ne(column, written(value));
    case 'in':
      return inArray(column, (value as unknown[]).map(written));
    case 'lt':
      return lt(column, value);
    case 'lte':
      return lte(column, value);
    case 'gt':
      return gt(column, value);
    case 'gte':
      return gte(column, value);
    default:
      throw new Error(`a condition with ${operator}`);
  }
}

function fieldOf(model: Model, name: string): Field {
  const field = model.fields[name];
  if (!field) throw new Error(`${nameOf(model.table)} keeps no ${name}`);
  return field;
}

export function columnOf(table: PgTable, name: string | undefined): PgColumn {
  const column = (getColumns(table) as Record<string, PgColumn>)[name ?? ''];
  if (!column) throw new Error(`${nameOf(table)} cannot be searched by that`);
  return column;
}

function placeOf({ table }: Model, column: string, row: string) {
  return { table: nameOf(table), column, row };
}

function nameOf(table: PgTable): string {
  return getTableConfig(table).name;
}
