import { randomUUID } from 'node:crypto';
import type { AccountId, RouteId } from '../ids.ts';
import type { App } from '../platform.ts';
import { createEvidenceExchange, type Shared } from './evidence-exchange.ts';
import { createReceiptLatency, type ReceiptLatency } from './receipt-latency.ts';

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
  /** Of accounts that were asked for before. */
  tell(news: readonly ReceiptNews[]): void;
}

export function createReceiptLatencies(app: App): ReceiptLatencies {
  const evidence = app.single(createEvidenceExchange);
  const source = randomUUID();
  const known = new Map<AccountId, Promise<ReceiptLatency>>();
  const ready = new Map<AccountId, { latency: ReceiptLatency; shared: Shared }>();

  async function open(accountId: AccountId): Promise<ReceiptLatency> {
    const latency = createReceiptLatency(source);
    const shared = await evidence.share({ accountId, policy: 'receipts' }, latency);
    ready.set(accountId, { latency, shared });
    return latency;
  }

  return {
    of(accountId) {
      let latency = known.get(accountId);
      if (!latency) {
        known.set(accountId, (latency = open(accountId)));
        // Another time the database may be there.
        latency.catch(() => known.delete(accountId));
      }
      return latency;
    },
    tell(news) {
      for (const { accountId, routeId, country, at, what } of news) {
        const { latency, shared } = ready.get(accountId) ?? {};
        if (what.kind === 'taken') latency?.taken(routeId, country, at);
        else latency?.reported(routeId, country, what.kind === 'delivered' ? what.afterMs : undefined, at);
        shared?.changed();
      }
    },
  };
}
