import { asc, desc, eq, sql, type SQL } from 'drizzle-orm';
import { createAdapterFactory, type CleanedWhere, type CustomAdapter } from 'better-auth/adapters';
import type { BetterAuthOptions } from 'better-auth/types';
import type { DbTransaction } from '../../db/client.ts';
import type { PersonId } from '../../ids.ts';
import type { App } from '../../platform.ts';
import { announcePeople } from '../announce.ts';
import { MODELS, type Model } from './models.ts';
import { askedIn, columnOf, toCondition, toData, toRow, type Data } from './rows.ts';

type Statements = Pick<DbTransaction, 'select' | 'insert' | 'update' | 'delete'>;

/**
 * Where better-auth keeps what it knows: in our tables, sealed and hashed as ours is. What it changes about
 * sessions is announced to every process once it is committed.
 */
export function createAuthStore(app: App) {
  const config = {
    adapterId: 'otpost',
    supportsJSON: true,
    supportsDates: true,
    supportsBooleans: true,
    supportsArrays: true,
  };
  return (options: BetterAuthOptions) => {
    const over = (statements: Statements, touched: (id: PersonId) => void) => () =>
      createStatements(app, statements, touched);
    const announce = (id: PersonId) => announcePeople(app, [id]);
    return createAdapterFactory({
      adapter: over(app.db, announce),
      config: {
        ...config,
        transaction: async (work) => {
          const changed = new Set<PersonId>();
          const result = await app.db.transaction((tx) =>
            work(
              createAdapterFactory({
                adapter: over(tx, (id) => changed.add(id)),
                config: { ...config, transaction: false },
              })(options),
            ),
          );
          announcePeople(app, [...changed]);
          return result;
        },
      },
    })(options);
  };
}

function createStatements(app: App, db: Statements, touched: (id: PersonId) => void): CustomAdapter {
  const told = (model: Model, rows: Data[]): Data[] => {
    if (model.person) for (const row of rows) touched(row[model.person] as PersonId);
    return rows;
  };
  const find = (name: string, where: readonly CleanedWhere[], limit: number, order?: SQL) => {
    const model = modelOf(name);
    const query = db
      .select()
      .from(model.table)
      .where(toCondition(app, model, where))
      .limit(limit);
    return (order ? query.orderBy(order) : query) as Promise<Data[]>;
  };
  const change = async (name: string, where: readonly CleanedWhere[], set: Data): Promise<Data[]> => {
    const model = modelOf(name);
    const rows = await db
      .update(model.table)
      .set(set)
      .where(toCondition(app, model, where))
      .returning();
    return told(model, rows);
  };
  const remove = async (name: string, where: readonly CleanedWhere[]): Promise<Data[]> => {
    const model = modelOf(name);
    const rows = await db
      .delete(model.table)
      .where(toCondition(app, model, where))
      .returning();
    return told(model, rows as Data[]);
  };
  const shown = <T>(name: string, where: readonly CleanedWhere[], [row]: readonly Data[]): T | null =>
    row ? (toData(app, modelOf(name), row, askedIn(where)) as T) : null;
  /** What is written into rows that a condition names. What is sealed is bound to its row, so that one must be named. */
  const written = (name: string, where: readonly CleanedWhere[], data: Data): Data => {
    const { id } = askedIn(where);
    return toRow(app, modelOf(name), data, typeof id === 'string' ? id : '');
  };

  return {
    async create({ model: name, data }) {
      const model = modelOf(name);
      const row = toRow(app, model, data, String(data.id));
      const { table, replaces } = model;
      const insert = db.insert(table).values(row as never);
      // Of two that come at the same time, the second counts, and not both.
      if (replaces)
        insert.onConflictDoUpdate({
          target: replaces.by,
          set: row,
          setWhere: eq(replaces.unless, false),
        });
      const rows = (await insert.returning()) as Data[];
      return toData(app, model, told(model, rows)[0]!, data) as typeof data;
    },
    findOne: async ({ model, where }) => shown(model, where, await find(model, where, 1)),
    async findMany({ model: name, where, limit, sortBy }) {
      const model = modelOf(name);
      const column = sortBy && columnOf(model.table, sortBy.field);
      const order = column && (sortBy.direction === 'asc' ? asc(column) : desc(column));
      const rows = await find(name, where ?? [], limit, order);
      return rows.map((row) => toData(app, model, row, {})) as never;
    },
    update: async ({ model, where, update }) =>
      shown(model, where, await change(model, where, written(model, where, update as Data))),
    updateMany: async ({ model, where, update }) =>
      (await change(model, where, written(model, where, update))).length,
    delete: async ({ model, where }) => void (await remove(model, where)),
    deleteMany: async ({ model, where }) => (await remove(model, where)).length,
    consumeOne: async ({ model, where }) => shown(model, where, await remove(model, where)),
    async incrementOne({ model: name, where, increment, set }) {
      const { table } = modelOf(name);
      const steps = Object.entries(increment).map(
        ([field, step]) => [field, sql`${columnOf(table, field)} + ${step}`] as const,
      );
      const values = { ...Object.fromEntries(steps), ...written(name, where, set ?? {}) };
      return shown(name, where, await change(name, where, values));
    },
    async count({ model: name, where }) {
      const model = modelOf(name);
      const [row] = await db
        .select({ count: sql<number>`count(*)::int` })
        .from(model.table)
        .where(toCondition(app, model, where ?? []));
      return row!.count;
    },
  };
}

function modelOf(name: string): Model {
  const model = MODELS[name];
  if (!model) throw new Error(`there is no table for ${name}`);
  return model;
}
