import { parseId, type CarrierId } from '../../ids.ts';

/** Where a carrier sends its receipts. */
export function callbackUrl(publicUrl: string, id: CarrierId): string {
  return `${publicUrl.replace(/\/+$/, '')}/carriers/${id}/receipts`;
}

/** What carriers call with. */
export type CallbackKind = 'receipts' | 'inbound';

/** The carrier whose calls a path takes, and with what; `undefined` for every other path. */
export function callbackOfPath(path: string): { id: CarrierId; kind: CallbackKind } | undefined {
  const [, text, kind] = /^\/carriers\/([^/]+)\/(receipts|inbound)$/.exec(path) ?? [];
  const id = text === undefined ? undefined : parseId('car', text);
  return id && { id, kind: kind as CallbackKind };
}
