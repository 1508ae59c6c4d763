import type {
  Carrier,
  CarrierInbound,
  CarrierReceipt,
  LateAnswerHearer,
  OutboundMessage,
  SubmitOutcome,
} from '../../src/carriers/carrier.ts';
import { guardCarrier, type GuardOptions } from '../../src/carriers/guarded.ts';
import { createSmppCarrier } from '../../src/carriers/smpp/carrier.ts';
import type { SmppCarrierOptions } from '../../src/carriers/smpp/options.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { createNetworks } from '../../src/outgoing/networks.ts';
import { until } from './until.ts';

const LOOPBACK = createNetworks(['127.0.0.1/32']);

/** A carrier of ours under test, with all that it told. */
export class TestCarrier implements AsyncDisposable {
  readonly carrier: Carrier;
  readonly receipts: CarrierReceipt[] = [];
  readonly inbound: CarrierInbound[] = [];
  readyCount = 0;
  /** What the next receipts are answered with. */
  onReceipt: (receipt: CarrierReceipt) => Promise<void> = () => Promise.resolve();
  /** What the next messages from handsets are answered with. */
  onInbound: (message: CarrierInbound) => Promise<void> = () => Promise.resolve();

  /** @param guard puts a breaker before it */
  constructor(port: number, options: Partial<SmppCarrierOptions> = {}, guard?: GuardOptions) {
    const events = {
      onReceipt: (receipt: CarrierReceipt) => {
        this.receipts.push(receipt);
        return this.onReceipt(receipt);
      },
      onInbound: (message: CarrierInbound) => {
        this.inbound.push(message);
        return this.onInbound(message);
      },
      onReady: () => void (this.readyCount += 1),
    };
    const carrier = createSmppCarrier(
      {
        id: newId('car'),
        name: 'test',
        host: '127.0.0.1',
        port,
        systemId: 'otpost',
        password: 'secret',
        networks: LOOPBACK,
        numberMark: (number) => `mark of ${number}`,
        reconnect: { minMs: 10, maxMs: 50 },
        ...options,
      },
      events,
    );
    this.carrier = guard ? guardCarrier(carrier, events, guard) : carrier;
  }

  async up(): Promise<this> {
    await until(() => this.carrier.health().state === 'up' && !this.carrier.health().problem);
    return this;
  }

  submit(message: Partial<OutboundMessage> = {}, onLate?: LateAnswerHearer): Promise<SubmitOutcome> {
    return this.carrier.submit(
      {
        attemptId: newId('att'),
        to: '+41790000000',
        sender: 'Otpost',
        text: '123456 is your code',
        expiresAt: new Date(Date.now() + 600_000),
        ...message,
      },
      onLate,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.carrier.close(0);
  }
}
