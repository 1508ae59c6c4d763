import { randomUUID } from 'node:crypto';
import type { AccountId, CarrierId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createEvidenceExchange } from './evidence-exchange.ts';
import { createShelf } from './evidence-shelf.ts';
import {
  createReceiptLatency,
  type ReceiptLatency,
  type ReceiptSnapshot,
  type Way,
} from './receipt-latency.ts';
import { readReceiptSnapshot } from './snapshots.ts';

/** What a process heard of an attempt's receipt. */
export interface ReceiptNews {
  accountId: AccountId;
  routeId: RouteId;
  carrierId: CarrierId;
  country: string;
  /** Epoch milliseconds. */
  at: number;
  /**
   * `taken`: the carrier has it, and a receipt may come. `afterMs`: since then. `silent`: none had come when it was
   * late; `hasArrived`: its code had been typed in.
   */
  what:
    | { kind: 'taken' }
    | { kind: 'delivered'; afterMs: number }
    | { kind: 'undelivered' }
    | { kind: 'silent'; hasArrived: boolean };
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
      for (const { accountId, at, what, ...way } of news)
        for (const { learned, changed } of shelf.all(accountId)) {
          learn(learned, way, what, at);
          changed();
        }
    },
  };
}

function learn(latency: ReceiptLatency, way: Way, what: ReceiptNews['what'], at: number): void {
  switch (what.kind) {
    case 'taken':
      return latency.taken(way, at);
    case 'delivered':
      return latency.reported(way, what.afterMs, at);
    case 'undelivered':
      return latency.reported(way, undefined, at);
    case 'silent':
      return latency.silent(way, what.hasArrived, at);
    default:
      throw new Error(`unhandled news: ${what satisfies never}`);
  }
}
