import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, PDU, type ForeignPdu, type Session } from 'smpp';

export interface ForeignSmscOptions {
  port?: number;
  /** PEM of key and certificate: speaks TLS. */
  tls?: { key: string; cert: string };
  /** The command_status of each bind. Default 0. */
  bindStatus?(bind: ForeignPdu): number;
  /** Default: accepts, with the message ids 1, 2, 3, … */
  onSubmit?(submit: ForeignPdu, answer: (fields: Record<string, unknown>) => void): void;
}

/** An SMSC that the npm package `smpp` plays, on 127.0.0.1. */
export class ForeignSmsc implements AsyncDisposable {
  readonly port: number;
  /** Those that are open. */
  readonly sessions = new Set<Session>();
  /** Bound for receipts and messages to us. */
  readonly receivers = new Set<Session>();
  /** All that ever came, of all sessions. */
  readonly pdus: ForeignPdu[] = [];
  readonly #sessionOf = new WeakMap<ForeignPdu, Session>();
  readonly #dispose: () => Promise<void>;

  private constructor(port: number, dispose: () => Promise<void>) {
    this.port = port;
    this.#dispose = dispose;
  }

  static async start(options: ForeignSmscOptions = {}): Promise<ForeignSmsc> {
    const server = createServer({ ...options.tls }, (session) => smsc.#serve(session, options));
    server.on('tlsClientError', () => {});
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    const smsc = new ForeignSmsc((server.address() as AddressInfo).port, async () => {
      for (const session of smsc.sessions) session.destroy();
      server.close();
      await once(server, 'close');
    });
    return smsc;
  }

  count(command: string): number {
    return this.pdus.filter((pdu) => pdu.command === command).length;
  }

  of(command: string): ForeignPdu[] {
    return this.pdus.filter((pdu) => pdu.command === command);
  }

  /** The link over which a PDU came. */
  sessionOf(pdu: ForeignPdu): Session {
    return this.#sessionOf.get(pdu)!;
  }

  /** Sends a deliver_sm (or data_sm) to a bound receiver; settles with the answer. */
  deliver(
    fields: Record<string, unknown>,
    { to, command = 'deliver_sm' }: { to?: Session; command?: 'deliver_sm' | 'data_sm' } = {},
  ): Promise<ForeignPdu> {
    const [receiver] = to ? [to] : this.receivers;
    if (receiver === undefined) throw new Error('nobody is bound to receive');
    return new Promise((resolve) => receiver.send(new PDU(command, fields), resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#dispose();
  }

  #serve(session: Session, options: ForeignSmscOptions): void {
    this.sessions.add(session);
    session.on('close', () => {
      this.sessions.delete(session);
      this.receivers.delete(session);
    });
    session.on('error', () => {});
    let lastId = 0;
    session.on('pdu', (pdu) => {
      this.pdus.push(pdu);
      this.#sessionOf.set(pdu, session);
      if (pdu.command.startsWith('bind_') && !pdu.command.endsWith('_resp')) {
        const status = options.bindStatus?.(pdu) ?? 0;
        session.send(pdu.response({ command_status: status, system_id: 'foreign' }));
        if (status === 0 && pdu.command !== 'bind_transmitter') this.receivers.add(session);
      } else if (pdu.command === 'submit_sm') {
        const answer = (fields: Record<string, unknown>) => void session.send(pdu.response(fields));
        if (options.onSubmit) options.onSubmit(pdu, answer);
        else answer({ message_id: String((lastId += 1)) });
      } else if (pdu.command === 'unbind' || pdu.command === 'enquire_link') {
        session.send(pdu.response());
      }
    });
  }
}
