import type { SmppConnection } from '../carriers/smpp/connection.ts';
import type { DeliverSm, Unsequenced } from '../carriers/smpp/pdu.ts';
import { STATUS } from '../carriers/smpp/status.ts';
import type { Agenda } from './agenda.ts';

export type ReceiptPdu = Unsequenced<DeliverSm>;

const ANSWER_TIMEOUT_MS = 10_000;
const MAX_HELD = 10_000;
const MAX_TRIES = 20;
const retryDelayMs = (tries: number) => Math.min(30_000, 250 * 2 ** tries);

/**
 * Brings receipts, and messages from handsets, to the receivers of one system id. As a real carrier does,
 * it keeps them while nobody is bound, and brings again what was refused or not answered.
 */
export class ReceiptCourier {
  readonly #agenda: Agenda;
  readonly #receivers: SmppConnection[] = [];
  readonly #held: ReceiptPdu[] = [];
  #next = 0;

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  get hasReceiver(): boolean {
    return this.#receivers.some((receiver) => receiver.isOpen);
  }

  attach(receiver: SmppConnection): void {
    this.#receivers.push(receiver);
    for (const held of this.#held.splice(0)) this.send(held, receiver);
  }

  detach(receiver: SmppConnection): void {
    const at = this.#receivers.indexOf(receiver);
    if (at >= 0) this.#receivers.splice(at, 1);
  }

  /** Over the connection that submitted the message, when that one receives; else over any other. */
  send(receipt: ReceiptPdu, preferred?: SmppConnection, tries = 0): void {
    const receiver = this.#choose(preferred);
    if (!receiver) {
      this.#held.push(receipt);
      if (this.#held.length > MAX_HELD) this.#held.shift();
      return;
    }
    void receiver.request(receipt, { timeoutMs: ANSWER_TIMEOUT_MS }).then((answer) => {
      if (answer.command !== 'none' && answer.status === STATUS.ROK) return;
      if (tries + 1 >= MAX_TRIES) return;
      this.#agenda.after(retryDelayMs(tries), () => this.send(receipt, preferred, tries + 1));
    });
  }

  #choose(preferred: SmppConnection | undefined): SmppConnection | undefined {
    const open = this.#receivers.filter((receiver) => receiver.isOpen);
    if (preferred && open.includes(preferred)) return preferred;
    return open[this.#next++ % open.length];
  }
}
