import type { Socket } from 'node:net';
import { writePdu } from './codec.ts';
import { OctetWriter } from './octets.ts';
import type { Pdu, Unsequenced } from './pdu.ts';

/**
 * What leaves over one socket: all PDUs of one turn of the event loop in one write, and none while the
 * peer does not read (`write() === false`), so that `waiting` tells how far it is behind.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #writer = new OctetWriter(1024);
  #blocked = false;
  #scheduled = false;
  /** How many writes the socket has been given. */
  flushes = 0;

  constructor(socket: Socket, onDrain: () => void) {
    this.#socket = socket;
    socket.on('drain', () => {
      this.#blocked = false;
      this.flush();
      onDrain();
    });
  }

  /** Octets that the socket has not been given yet. */
  get waiting(): number {
    return this.#writer.length;
  }

  /** @throws {RangeError} when a field does not fit its place in the PDU */
  add(pdu: Unsequenced<Pdu>, sequence: number): void {
    writePdu(this.#writer, pdu, sequence);
    if (this.#scheduled || this.#blocked) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#blocked || this.#writer.length === 0 || !this.#socket.writable) return;
    this.flushes += 1;
    this.#blocked = !this.#socket.write(this.#writer.take());
  }
}
