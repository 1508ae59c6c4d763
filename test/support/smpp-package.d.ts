/** The little of the npm package `smpp` that the tests use it for, as a peer of other people's making. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer, Socket } from 'node:net';

  export interface ForeignPdu {
    command: string;
    command_status: number;
    sequence_number: number;
    response(fields?: Record<string, unknown>): ForeignPdu;
    [field: string]: unknown;
  }

  export interface Session extends EventEmitter {
    socket: Socket;
    send(pdu: ForeignPdu, onResponse?: (response: ForeignPdu) => void): boolean;
    on(event: string, listener: (pdu: ForeignPdu) => void): this;
    close(): void;
    destroy(): void;
  }

  export function createServer(
    options: Record<string, unknown>,
    onSession: (session: Session) => void,
  ): NetServer;
  export function connect(options: Record<string, unknown>): Session;
  export const PDU: new (command: string, fields?: Record<string, unknown>) => ForeignPdu;
}
