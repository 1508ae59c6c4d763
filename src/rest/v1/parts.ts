import { z } from '@hono/zod-openapi';
import { MAX_PAGE_SIZE, readPage } from '../../graphql/connection.ts';
import { parseId, type Id, type IdPrefix } from '../../ids.ts';
import { MAX_IDEMPOTENCY_KEY_LENGTH } from '../../verifications/idempotency.ts';

/** The parts that many operations share. */

export const IdempotencyHeader = z.object({
  'idempotency-key': z.string().min(1).max(MAX_IDEMPOTENCY_KEY_LENGTH).optional().openapi({
    description:
      'A repeated call with the same key returns the first answer and sends nothing; with another body it is refused.',
  }),
});

export function idOf(prefix: IdPrefix, what: string) {
  return z
    .string()
    .openapi({ description: `${what}, prefixed \`${prefix}_\`.`, example: `${prefix}_${'0'.repeat(32)}` });
}

export const moment = (description: string) =>
  z.date().openapi({ type: 'string', format: 'date-time', description: `${description} RFC 3339, UTC.` });

/** The same where there may be none. */
export const momentOrNull = (description: string) =>
  z
    .date()
    .nullable()
    .openapi({ type: ['string', 'null'], format: 'date-time', description: `${description} RFC 3339, UTC.` });

/** One thing by its id in the path. */
export function idParams(prefix: IdPrefix, what: string) {
  return z.object({ id: idOf(prefix, what) });
}

/** @returns undefined when it is no id of this kind, so nobody has it */
export function readIdParam<Prefix extends IdPrefix>(
  prefix: Prefix,
  { id }: { id: string },
): Id<Prefix> | undefined {
  return parseId(prefix, id);
}

/** Which page of a list. */
export const PageQuery = z.object({
  first: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE_SIZE)
    .default(20)
    .openapi({ description: `How many, 1–${MAX_PAGE_SIZE}.` }),
  after: z.string().optional().openapi({ description: '`nextCursor` of the page before.' }),
});

/** A page of things, with the cursor of the next one. */
export function pageOf(schema: z.ZodType) {
  return z.object({
    items: z.array(schema).openapi({ description: 'The things of this page.' }),
    nextCursor: z
      .string()
      .nullable()
      .openapi({ description: 'Give it as `after` for the next page; null behind the last one.' }),
  });
}

/**
 * Reads a page by the query's cursor and says where the next one begins.
 * @param read rows in their order, at most `limit`, behind `after`
 */
export async function readPageOf<Prefix extends IdPrefix, Row extends { id: Id<Prefix> }>(
  prefix: Prefix,
  query: z.output<typeof PageQuery>,
  read: (page: { limit: number; after: Id<Prefix> | undefined }) => Promise<readonly Row[]>,
): Promise<{ rows: readonly Row[]; nextCursor: string | null }> {
  const rows = await read(readPage(prefix, query));
  const page = rows.slice(0, query.first);
  return { rows: page, nextCursor: rows.length > page.length ? page.at(-1)!.id : null };
}
