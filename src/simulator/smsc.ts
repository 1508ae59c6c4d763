import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SmppConnection } from '../carriers/smpp/connection.ts';
import { Agenda } from './agenda.ts';
import { EsmeSession } from './esme-session.ts';
import type { Exchange, SmscOptions, System, Traffic } from './exchange.ts';
import { LongTexts } from './long-texts.ts';
import { type HandsetText, originatedPdus } from './originate.ts';
import { createMessageIds } from './message-ids.ts';
import { ReceiptCourier } from './receipt-courier.ts';

export interface Smsc {
  readonly port: number;
  traffic(systemId: string): Traffic;
  /**
   * Sends a text from a handset to whoever is bound.
   * @param systemId over which carrier; the first with a receiver when absent
   * @returns over which one it goes; `undefined` when nobody is bound to receive it
   */
  originate(message: HandsetText, systemId?: string): string | undefined;
  /** Sends what is due by now: for whoever puts the clock forward and will not wait for a timer. */
  catchUp(): void;
  /** Unbinds every session, then frees the port; receipts that are still to come are dropped. */
  close(): Promise<void>;
}

const UNBIND_TIMEOUT_MS = 500;
const BIND_DEADLINE_MS = 10_000;
const KEEP_ALIVE = { intervalMs: 30_000, missLimit: 2 };

/**
 * An SMSC that speaks SMPP v3.4 over TCP.
 * @throws when the port cannot be listened on
 */
export async function createSmsc(options: SmscOptions): Promise<Smsc> {
  const agenda = new Agenda(options.clock);
  const systems = new Map<string, System>();
  const sessions = new Set<SmppConnection>();
  let reference = 0;
  const exchange: Exchange = {
    ...options,
    agenda,
    longTexts: new LongTexts(),
    nextIds: createMessageIds(options.clock),
    system(systemId) {
      const known = systems.get(systemId);
      if (known) return known;
      const courier = new ReceiptCourier(agenda);
      const system = { courier, binds: 0, refusedBinds: 0, submits: 0, second: 0, submitsInSecond: 0 };
      systems.set(systemId, system);
      return system;
    },
  };

  const server = createServer((socket) => accept(socket));
  server.listen(options.port, options.host);
  await once(server, 'listening');

  function accept(socket: Socket): void {
    const session = new EsmeSession(exchange, socket);
    const connection = new SmppConnection(socket, {
      handle: (request, from) => session.handle(request, from),
    });
    connection.keepAlive(KEEP_ALIVE);
    sessions.add(connection);
    agenda.after(BIND_DEADLINE_MS, () => {
      if (!session.hasBound) connection.abort('did not bind in time');
    });
    void connection.closed.then(() => {
      sessions.delete(connection);
      session.end(connection);
    });
  }

  return {
    port: (server.address() as AddressInfo).port,
    traffic(systemId) {
      const { binds = 0, refusedBinds = 0, submits = 0 } = systems.get(systemId) ?? {};
      return { binds, refusedBinds, submits };
    },
    originate(message, systemId) {
      const able = [...systems].find(
        ([id, { courier }]) => courier.hasReceiver && (systemId === undefined || id === systemId),
      );
      const profile = able && options.profileFor(able[0]);
      if (!able || !profile) return undefined;
      reference = (reference + 1) & 0xff;
      for (const pdu of originatedPdus(message, profile, reference)) able[1].courier.send(pdu);
      return able[0];
    },
    catchUp: () => agenda.run(),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      agenda.close();
      await Promise.all([...sessions].map((session) => session.close(UNBIND_TIMEOUT_MS)));
      await closed;
    },
  };
}
