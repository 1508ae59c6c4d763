import { randomUUID } from 'node:crypto';
import type { AccountId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createEvidenceExchange } from './evidence-exchange.ts';
import { createShelf } from './evidence-shelf.ts';
import { createReceiptLatency, type ReceiptLatency, type ReceiptSnapshot } from './receipt-latency.ts';
import { readReceiptSnapshot } from './snapshots.ts';

/** What a process heard of an attempt's receipt. */
export interface ReceiptNews {
  accountId: AccountId;
  routeId: RouteId;
  country: string;
  /** Epoch milliseconds. */
  at: number;
  /** `taken`: the carrier has it, and a receipt may come. `afterMs`: since then. */
  what: { kind: 'taken' } | { kind: 'delivered'; afterMs: number } | { kind: 'undelivered' };
}

/** How long receipts usually take, per account; shared by all processes, and kept over a restart. */
export interface ReceiptLatencies {
  of(accountId: AccountId): Promise<ReceiptLatency>;
  /** Of accounts that were asked for lately. */
  tell(news: readonly ReceiptNews[]): void;
}

export function createReceiptLatencies(app: App): ReceiptLatencies {
  const evidence = app.single(createEvidenceExchange);
  const source = randomUUID();
  const shelf = createShelf<ReceiptSnapshot, ReceiptLatency>(evidence, readReceiptSnapshot);
  return {
    of: (accountId) => shelf.of(accountId, 'receipts', () => createReceiptLatency(source)),
    tell(news) {
      for (const { accountId, routeId, country, at, what } of news)
        for (const { learned, changed } of shelf.all(accountId)) {
          if (what.kind === 'taken') learned.taken(routeId, country, at);
          else learned.reported(routeId, country, what.kind === 'delivered' ? what.afterMs : undefined, at);
          changed();
        }
    },
  };
}
