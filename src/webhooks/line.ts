import type { WebhookEndpointId } from '../ids.ts';
import { HttpClient } from '../outgoing/http/client.ts';
import { splitUrl } from '../outgoing/http/url.ts';
import type { Networks } from '../outgoing/networks.ts';
import type { Endpoint } from './sealed.ts';
import type { WebhookDeliveryRow } from './table.ts';

/** Attempts under way to one endpoint: what a dead one holds up of itself, and of nobody else. */
const MAX_UNDER_WAY = 20;
/**
 * As many again are claimed and written while those are under way, so that no place waits for the database: to ten
 * endpoints that answer at once 4,000 → 4,500 deliveries a second, and 92 → 72 µs of the database's CPU for each.
 */
export const MAX_HELD = 2 * MAX_UNDER_WAY;
/** For a connection, and again for the answer. */
const TIMEOUT_MS = 15_000;

/** A delivery and what is sent; undefined: the event is no more. */
export interface Written {
  delivery: WebhookDeliveryRow;
  body: string | undefined;
}

/** An endpoint in use, with the residency of its account. */
export interface Used {
  row: Endpoint;
  residency: string | null;
}

export interface LineOptions {
  networks: Networks;
  /** Never rejects. */
  attempt(line: Line, written: Written): Promise<void>;
  /** One less is held. */
  freed(id: WebhookEndpointId): void;
}

/** One address of an endpoint as this worker calls it. */
export class Line implements Used {
  row: Endpoint;
  residency: string | null;
  readonly client: HttpClient;
  readonly target: string;
  readonly #options: LineOptions;
  readonly #waiting: Written[] = [];
  #underWay = 0;

  constructor({ row, residency }: Used, options: LineOptions) {
    const { origin, target } = splitUrl(row.url);
    this.row = row;
    this.residency = residency;
    this.target = target;
    this.client = new HttpClient({
      origin,
      networks: options.networks,
      ca: undefined,
      connections: MAX_UNDER_WAY,
      timeoutMs: TIMEOUT_MS,
    });
    this.#options = options;
  }

  /** Under way, and waiting for that. */
  get held(): number {
    return this.#underWay + this.#waiting.length;
  }

  add(written: Written): void {
    this.#waiting.push(written);
    this.#begin();
  }

  /** Begins no more; what is under way comes to its end. @returns what had not begun */
  retire(): Written[] {
    if (this.#underWay === 0) this.client.close();
    return this.#waiting.splice(0);
  }

  /** Begins no more, and cuts what is under way. @returns what had not begun */
  stop(): Written[] {
    const left = this.#waiting.splice(0);
    this.client.close();
    return left;
  }

  #begin(): void {
    while (this.#underWay < MAX_UNDER_WAY && this.#waiting.length > 0) {
      this.#underWay++;
      void this.#options.attempt(this, this.#waiting.shift()!).finally(() => {
        this.#underWay--;
        this.#begin();
        this.#options.freed(this.row.id);
      });
    }
  }
}
