/** The fields of a form or a query, by name. */
export type Fields = Record<string, string | string[]>;

/**
 * Reads the fields of a form or a query. One that is there twice is a list: of two readers one would take the first and
 * the other the last.
 */
export function fieldsOf(pairs: Iterable<readonly [string, string]>): Fields {
  const all = [...Map.groupBy(pairs, ([name]) => name)];
  return Object.fromEntries(
    all.map(([name, [first, ...others]]) => [
      name,
      others.length === 0 ? first![1] : [first!, ...others].map(([, value]) => value),
    ]),
  );
}

/** Those in the query of a path. */
export function queryFieldsOf(path: string): Fields {
  const start = path.indexOf('?');
  return start === -1 ? {} : fieldsOf(new URLSearchParams(path.slice(start)));
}
