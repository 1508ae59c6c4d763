import type { Id } from '../../ids.ts';
import { InvalidParameter } from './fault.ts';
import { idOfSid, sidOf, type SidKind } from './sids.ts';

/** A part of a list: behind one of its things, or before one; at most so many. */
export interface Window<Kind extends SidKind> {
  after: Id<Kind> | undefined;
  before: Id<Kind> | undefined;
  limit: number;
}

interface PageCall {
  params: { PageSize: number; Page: number; PageToken?: string | undefined };
  url: URL;
}

/**
 * A page as Twilio's clients walk them: by the addresses of the next and the previous one.
 * @param key what the array is called
 * @param read the things of a window, in the order of the list: those next to what the window names
 * @throws {InvalidParameter} when the token is none of this list
 */
export async function answerPage<Kind extends SidKind, Row extends { id: Id<Kind> }>(
  kind: Kind,
  key: string,
  { params, url }: PageCall,
  read: (window: Window<Kind>) => Promise<readonly Row[]>,
  shape: (row: Row) => Promise<object>,
): Promise<object> {
  const { PageSize: size, Page: page, PageToken: token } = params;
  const place = token === undefined ? {} : readToken(kind, token);
  // One more than asked for tells whether the list goes on.
  const found = await read({ after: undefined, before: undefined, ...place, limit: size + 1 });
  const isMore = found.length > size;
  const back = 'before' in place;
  const rows = isMore ? (back ? found.slice(-size) : found.slice(0, size)) : found;
  const [first, last] = [rows.at(0), rows.at(-1)];
  const hasNext = last && (back || isMore);
  const hasPrevious = first && (back ? isMore : token !== undefined);
  return {
    [key]: await Promise.all(rows.map(shape)),
    meta: {
      page,
      page_size: size,
      first_page_url: pageUrl(url, size, 0),
      previous_page_url: hasPrevious ? pageUrl(url, size, page - 1, `PB${sidOf<Kind>(first.id)}`) : null,
      url: url.href,
      next_page_url: hasNext ? pageUrl(url, size, page + 1, `PA${sidOf<Kind>(last.id)}`) : null,
      key,
    },
  };
}

/** A window of a list that is at hand whole. */
export function windowOf<Kind extends SidKind, Row extends { id: Id<Kind> }>(
  rows: readonly Row[],
  { after, before, limit }: Window<Kind>,
): Row[] {
  if (before !== undefined) return rows.filter(({ id }) => id < before).slice(-limit);
  return rows.filter(({ id }) => after === undefined || id > after).slice(0, limit);
}

function readToken<Kind extends SidKind>(kind: Kind, token: string): Partial<Window<Kind>> {
  const id = idOfSid(kind, token.slice(2));
  if (id && token.startsWith('PA')) return { after: id };
  if (id && token.startsWith('PB')) return { before: id };
  throw new InvalidParameter('PageToken', 'Take the address of the page as an earlier one has it.');
}

/** The same list with what it is filtered by, at another page. */
function pageUrl(url: URL, size: number, page: number, token?: string): string {
  const there = new URL(url);
  there.searchParams.set('PageSize', String(size));
  there.searchParams.set('Page', String(Math.max(0, page)));
  if (token === undefined) there.searchParams.delete('PageToken');
  else there.searchParams.set('PageToken', token);
  return there.href;
}
