import { uuidOf, type RouteId } from '../ids.ts';

/** The group behind which a page begins: groups are ordered by their attempts, then by their keys. */
export interface QualityCursor {
  attempts: number;
  country: string;
  /** MCC and MNC; empty = not known, or not grouped by. */
  operator: string;
  routeUuid: string;
}

/** Stands for all routes where groups are not made by route. */
export const NO_ROUTE = '00000000000000000000000000000000';

export function encodeQualityCursor(group: {
  attempts: number;
  country: string | undefined;
  operator: string | undefined;
  routeId: RouteId | undefined;
}): string {
  const { attempts, country = '', operator = '', routeId } = group;
  const route = routeId === undefined ? NO_ROUTE : uuidOf(routeId);
  return Buffer.from([attempts, country, operator, route].join('/')).toString('base64url');
}

/** Reads a cursor from outside; `undefined` when it is none. */
export function decodeQualityCursor(text: string): QualityCursor | undefined {
  const plain = Buffer.from(text, 'base64url').toString('latin1');
  const parts = /^(\d{1,15})\/([A-Z0]{2}|)\/(\d{5,6}|)\/([0-9a-f]{32})$/.exec(plain);
  if (!parts) return undefined;
  const [, attempts, country, operator, routeUuid] = parts as unknown as [
    string,
    ...[string, string, string, string],
  ];
  return { attempts: Number(attempts), country, operator, routeUuid };
}
