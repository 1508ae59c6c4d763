import { MAX_PAGE_SIZE } from './connection.ts';

/** What one operation may ask for. Everything that our own clients and GraphiQL send is far below. */
export const LIMITS = {
  /** Octets of all headers of a request together. */
  headerBytes: 16 * 1024,
  /** Octets of a request body. */
  bodyBytes: 100 * 1024,
  /** Octets of a WebSocket message; the library's own limit is 100 MiB. */
  messageBytes: 64 * 1024,
  /** Operations that one socket runs at a time, subscriptions among them. */
  operationsPerSocket: 50,
  /** Lexical tokens of a document; GraphiQL's introspection has about 450. */
  tokens: 1_000,
  /** Fields inside fields; the longest sensible way, from a list to a candidate's carrier, has 11. */
  depth: 12,
  aliases: 30,
  /** Pairs of fields with one place and name in the answer; ten fragments that all select an `id` make 45. */
  overlaps: 500,
  /** Lists and objects inside each other, as they stand in the document. */
  valueDepth: 32,
  directives: 20,
  /** Fields that a walk through all fragments may meet, before anything else is done with a document. */
  visits: 5_000,
  /** Objects that an answer may have at most, as `costOf` counts them. */
  cost: 10_000,
  /** Things that a list without `first` is taken to have. */
  plainListSize: 5,
  pageSize: MAX_PAGE_SIZE,
  /** Two in one operation would guess twice for the price of one request. */
  checksPerOperation: 1,
} as const;
