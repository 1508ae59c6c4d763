import type { Sql } from 'postgres';

/** What the driver keeps of a pool's types, missing in its own types. */
interface KnownTypes {
  fetch_types: boolean;
  parsers: object;
  serializers: object;
  shared: { typeArrayMap: object };
}

/**
 * Asks the database once what its array types are, for all pools. The driver would ask on every new connection,
 * and one that breaks off just then rejects a promise that nobody can catch, which ends the process.
 */
export async function learnArrayTypes(first: Sql, others: readonly Sql[]): Promise<void> {
  await first`select 1`;
  const known = knownTypes(first);
  known.fetch_types = false;
  for (const pool of others) {
    const types = knownTypes(pool);
    types.fetch_types = false;
    Object.assign(types.parsers, known.parsers);
    Object.assign(types.serializers, known.serializers);
    Object.assign(types.shared.typeArrayMap, known.shared.typeArrayMap);
  }
}

const knownTypes = (pool: Sql): KnownTypes => pool.options as unknown as KnownTypes;
