import { HEADER_OCTETS, PduError } from './codec.ts';
import { STATUS } from './status.ts';

export const MAX_PDU_OCTETS = 65_536;

/**
 * Cuts a stream into frames. Whole frames are views into the chunk they came in; only a frame that
 * spans chunks is copied, once, into a buffer of its own, which is allocated after its length was checked.
 */
export class FrameReader {
  readonly #maxOctets: number;
  #chunk: Buffer = Buffer.alloc(0);
  #offset = 0;
  /** The frame that began in an earlier chunk: first its length field alone, then all of it. */
  #partial: Buffer | undefined;
  #filled = 0;

  constructor(maxOctets: number = MAX_PDU_OCTETS) {
    this.#maxOctets = maxOctets;
  }

  /** Takes the next chunk; the one before must be read up, that is `next()` has returned `undefined`. */
  push(chunk: Buffer): void {
    if (this.#offset < this.#chunk.length) throw new Error('the last chunk still holds frames');
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /**
   * The next whole frame, or `undefined` when there is none yet.
   * @throws {PduError} for a command_length that cannot be; the stream is lost from there on
   */
  next(): Buffer | undefined {
    if (this.#partial !== undefined) return this.#completePartial();
    const left = this.#chunk.length - this.#offset;
    if (left === 0) return undefined;
    if (left < 4) return this.#keep(4);
    const length = this.#lengthAt(this.#chunk, this.#offset);
    if (left < length) return this.#keep(length);
    const start = this.#offset;
    this.#offset = start + length;
    return this.#chunk.subarray(start, this.#offset);
  }

  #keep(octets: number): undefined {
    this.#partial = Buffer.allocUnsafe(octets);
    this.#filled = 0;
    this.#fill(this.#partial);
    return undefined;
  }

  #completePartial(): Buffer | undefined {
    let partial = this.#partial!;
    this.#fill(partial);
    if (this.#filled < partial.length) return undefined;
    if (partial.length === 4) {
      const whole = Buffer.allocUnsafe(this.#lengthAt(partial, 0));
      partial.copy(whole);
      partial = this.#partial = whole;
      this.#fill(partial);
      if (this.#filled < partial.length) return undefined;
    }
    this.#partial = undefined;
    return partial;
  }

  #fill(partial: Buffer): void {
    const copied = this.#chunk.copy(partial, this.#filled, this.#offset);
    this.#filled += copied;
    this.#offset += copied;
  }

  #lengthAt(octets: Buffer, at: number): number {
    const length = octets.readUInt32BE(at);
    if (length < HEADER_OCTETS || length > this.#maxOctets) {
      const message = `command_length ${length} is outside ${HEADER_OCTETS} to ${this.#maxOctets}`;
      throw new PduError(STATUS.RINVCMDLEN, 0, 0, message);
    }
    return length;
  }
}
