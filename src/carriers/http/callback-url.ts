import { parseId, type CarrierId } from '../../ids.ts';

/** Where a carrier sends its receipts. */
export function callbackUrl(publicUrl: string, id: CarrierId): string {
  return `${publicUrl.replace(/\/+$/, '')}/carriers/${id}/receipts`;
}

/** The carrier whose receipts a path takes; `undefined` for every other path. */
export function carrierOfPath(path: string): CarrierId | undefined {
  const [, text] = /^\/carriers\/([^/]+)\/receipts$/.exec(path) ?? [];
  return text === undefined ? undefined : parseId('car', text);
}
