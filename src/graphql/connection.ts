import { DomainError, InvalidInput } from '../errors.ts';
import { parseId, type Id, type IdPrefix } from '../ids.ts';

export const MAX_PAGE_SIZE = 100;

/** A cursor that no page of this list has given out. */
export class InvalidCursor extends DomainError {
  readonly code = 'input/cursor';
  constructor() {
    super('This cursor is not one of this list. Give back the `cursor` or `endCursor` of an earlier page.');
  }
}

export interface PageArgs {
  first: number;
  after?: string | null | undefined;
}

/**
 * Ids sort by the time they were made, so the id is the cursor of its thing: one index range per
 * page, and nothing to forge, for every list is one account's.
 * @throws {InvalidInput | InvalidCursor}
 */
export function readPage<Prefix extends IdPrefix>(
  prefix: Prefix,
  args: PageArgs,
): { limit: number; after: Id<Prefix> | undefined } {
  if (args.first < 1 || args.first > MAX_PAGE_SIZE)
    throw new InvalidInput('first', `A page has 1 to ${MAX_PAGE_SIZE} things.`);
  const after = args.after == null ? undefined : parseId(prefix, args.after);
  if (args.after != null && !after) throw new InvalidCursor();
  // One more than asked for tells whether there is a next page.
  return { limit: args.first + 1, after };
}

/** Makes a connection of the rows that were read with `readPage`'s limit. */
export function toConnection<Row extends { id: string }>(rows: readonly Row[], args: PageArgs) {
  const page = rows.length > args.first ? rows.slice(0, args.first) : rows;
  return {
    edges: page.map((node) => ({ cursor: node.id, node })),
    pageInfo: {
      hasNextPage: rows.length > page.length,
      hasPreviousPage: args.after != null,
      startCursor: page[0]?.id ?? null,
      endCursor: page.at(-1)?.id ?? null,
    },
  };
}
