import { createRequire } from 'node:module';
import { parseReceipt, type Receipt } from '../../src/carriers/smpp/receipt.ts';

/** The part of the npm package `smpp` that is used here; it comes without types. */
interface ForeignPdu {
  command: string;
  command_status: number;
  message_id?: string;
  short_message?: { message: string | Buffer };
  source_addr?: string;
  destination_addr?: string;
  esm_class?: number;
  receipted_message_id?: string;
  message_state?: number;
  response(fields?: { command_status: number }): ForeignPdu;
}
interface ForeignSession {
  on(event: string, listener: (pdu: ForeignPdu) => void): void;
  once(event: 'connect' | 'close' | 'error', listener: () => void): void;
  send(pdu: ForeignPdu): boolean;
  destroy(): void;
  [command: `bind_${string}`]: (fields: object, onResponse: (pdu: ForeignPdu) => void) => boolean;
  submit_sm(fields: object, onResponse: (pdu: ForeignPdu) => void): boolean;
  unbind(onResponse: (pdu: ForeignPdu) => void): boolean;
}
const smpp = createRequire(import.meta.url)('smpp') as {
  connect(options: { host: string; port: number }): ForeignSession;
};

export interface BindFields {
  systemId: string;
  password?: string;
  mode?: 'transceiver' | 'transmitter' | 'receiver';
}

export interface ForeignReceipt extends Receipt {
  /** Who the receipt says it is from: the number that the message went to. */
  from: string;
  stat: string;
  tlvId: string | undefined;
}

/** An ESME of foreign make: whatever we get wrong on both of our own ends, this one notices. */
export class ForeignEsme implements AsyncDisposable {
  /** All that happened, in order: `response <id>` and `receipt <id> <stat>`. */
  readonly log: string[] = [];
  readonly receipts: ForeignReceipt[] = [];
  /** The command_status that the next receipts are answered with; `undefined`: no answer. */
  receiptStatus: number | undefined = 0;
  bindStatus = -1;
  /** Bytes that the package could not make sense of. */
  errors = 0;
  isClosed = false;
  readonly closed: Promise<void>;
  readonly #session: ForeignSession;

  private constructor(session: ForeignSession) {
    this.#session = session;
    this.closed = new Promise((resolve) =>
      session.once('close', () => {
        this.isClosed = true;
        resolve();
      }),
    );
    session.on('error', () => (this.errors += 1));
    session.on('deliver_sm', (pdu) => this.#receive(pdu));
    session.on('unbind', (pdu) => session.send(pdu.response()));
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
  }

  static async connect(port: number): Promise<ForeignEsme> {
    const session = smpp.connect({ host: '127.0.0.1', port });
    const esme = new ForeignEsme(session);
    await new Promise<void>((resolve, reject) => {
      session.once('connect', resolve);
      session.once('close', () => reject(new Error('the connection was refused')));
    });
    return esme;
  }

  static async bind(port: number, fields: BindFields): Promise<ForeignEsme> {
    const esme = await ForeignEsme.connect(port);
    await esme.bind(fields);
    return esme;
  }

  bind({ systemId, password = '', mode = 'transceiver' }: BindFields): Promise<number> {
    return new Promise((resolve) => {
      this.#session[`bind_${mode}`]!({ system_id: systemId, password, interface_version: 0x34 }, (pdu) => {
        this.bindStatus = pdu.command_status;
        resolve(pdu.command_status);
      });
    });
  }

  /** Never settles when there is no answer. */
  submit(to: string, text: string | Buffer, fields: object = {}): Promise<{ status: number; id: string }> {
    const pdu = {
      source_addr: 'Otpost',
      source_addr_ton: 5,
      destination_addr: to.replace('+', ''),
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      registered_delivery: 1,
      data_coding: 0,
      short_message: text,
      ...fields,
    };
    return new Promise((resolve) => {
      this.#session.submit_sm(pdu, (answer) => {
        const id = answer.message_id ?? '';
        this.log.push(`response ${id}`);
        resolve({ status: answer.command_status, id });
      });
    });
  }

  unbind(): Promise<number> {
    return new Promise((resolve) => {
      this.#session.unbind((pdu) => resolve(pdu.command_status));
    });
  }

  #receive(pdu: ForeignPdu): void {
    const text = pdu.short_message?.message.toString() ?? '';
    const source = { shortMessage: Buffer.from(text, 'latin1'), dataCoding: 0 };
    // From the text alone, so that the TLVs can be compared with it.
    const receipt = parseReceipt({ ...source, tlvs: {}, esmClass: pdu.esm_class ?? 0 });
    if (!receipt) throw new Error(`not a receipt: ${text}`);
    const stat = /stat:(\w+)/.exec(text)![1]!;
    this.receipts.push({ ...receipt, from: pdu.source_addr ?? '', stat, tlvId: pdu.receipted_message_id });
    this.log.push(`receipt ${receipt.carrierMessageId} ${stat}`);
    if (this.receiptStatus !== undefined) {
      this.#session.send(pdu.response({ command_status: this.receiptStatus }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session.destroy();
    await this.closed;
  }
}
