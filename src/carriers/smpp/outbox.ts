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
  readonly #onRoom: () => void;
  /** How many writes the socket has been given. */
  flushes = 0;

  /** `onRoom` hears that what waited has been given to the socket. */
  constructor(socket: Socket, onRoom: () => void) {
    this.#socket = socket;
    this.#onRoom = onRoom;
    socket.on('drain', () => {
      this.#blocked = false;
      this.flush();
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
    if (this.#blocked || !this.#socket.writable) return;
    if (this.#writer.length > 0) {
      this.flushes += 1;
      this.#blocked = !this.#socket.write(this.#writer.take());
    }
    this.#onRoom();
  }
}
