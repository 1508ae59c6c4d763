import { STATUS } from './status.ts';

/** A body that breaks the rules of its PDU: `status` is the command_status which says so to the peer. */
export class OctetError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads the fields of one PDU's body, and never past its end. */
export class OctetReader {
  readonly #octets: Buffer;
  #offset: number;
  readonly end: number;

  constructor(octets: Buffer, offset: number, end: number) {
    this.#octets = octets;
    this.#offset = offset;
    this.end = end;
  }

  get left(): number {
    return this.end - this.#offset;
  }

  int8(): number {
    const at = this.#take(1);
    return this.#octets[at]!;
  }

  int16(): number {
    const at = this.#take(2);
    return (this.#octets[at]! << 8) | this.#octets[at + 1]!;
  }

  int32(): number {
    const at = this.#take(4);
    const octets = this.#octets;
    return octets[at]! * 0x1000000 + ((octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!);
  }

  /** A view of the next octets. */
  octets(length: number): Buffer {
    const at = this.#take(length);
    return this.#octets.subarray(at, at + length);
  }

  latin1(length: number): string {
    const at = this.#take(length);
    return this.#octets.toString('latin1', at, at + length);
  }

  /** A C-octet string of at most `max` octets, its NUL included; `status` blames the field. */
  cstring(max: number, status: number): string {
    const octets = this.#octets;
    const start = this.#offset;
    const limit = Math.min(this.end, start + max);
    let at = start;
    while (at < limit && octets[at] !== 0) at += 1;
    if (at === limit) {
      throw limit === this.end && limit < start + max
        ? new OctetError(STATUS.RINVCMDLEN, 'the body ends within a string')
        : new OctetError(status, `a string has no NUL within its ${max} octets`);
    }
    this.#offset = at + 1;
    return at === start ? '' : octets.toString('latin1', start, at);
  }

  #take(length: number): number {
    const at = this.#offset;
    if (at + length > this.end) throw new OctetError(STATUS.RINVCMDLEN, 'the body ends too early');
    this.#offset = at + length;
    return at;
  }
}

/** Collects PDUs one behind the other in a buffer that grows, so that one write can send them all. */
export class OctetWriter {
  #octets: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#octets = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Takes back what was written after `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  int8(value: number): void {
    if (!(value >= 0 && value <= 0xff)) throw new RangeError(`${value} does not fit in one octet`);
    const at = this.#claim(1);
    this.#octets[at] = value;
  }

  int16(value: number): void {
    if (!(value >= 0 && value <= 0xffff)) throw new RangeError(`${value} does not fit in two octets`);
    const at = this.#claim(2);
    this.#octets[at] = value >>> 8;
    this.#octets[at + 1] = value;
  }

  int32(value: number): void {
    const at = this.#claim(4);
    this.int32At(at, value);
  }

  int32At(at: number, value: number): void {
    if (!(value >= 0 && value <= 0xffffffff)) throw new RangeError(`${value} does not fit in four octets`);
    this.#octets[at] = value >>> 24;
    this.#octets[at + 1] = value >>> 16;
    this.#octets[at + 2] = value >>> 8;
    this.#octets[at + 3] = value;
  }

  octets(value: Uint8Array): void {
    const at = this.#claim(value.length);
    this.#octets.set(value, at);
  }

  /** A C-octet string of at most `max` octets, its NUL included. */
  cstring(value: string, max: number): void {
    const length = value.length;
    if (length >= max) throw new RangeError(`a string of ${length} characters exceeds its ${max - 1}`);
    const at = this.#claim(length + 1);
    const octets = this.#octets;
    for (let i = 0; i < length; i += 1) {
      const code = value.charCodeAt(i);
      if (code === 0 || code > 0xff) throw new RangeError('a string holds a NUL or a character past Latin-1');
      octets[at + i] = code;
    }
    octets[at + length] = 0;
  }

  /** A copy of all that was written; the writer is empty afterwards. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.#length);
    this.#octets.copy(taken, 0, 0, this.#length);
    this.#length = 0;
    return taken;
  }

  #claim(length: number): number {
    const at = this.#length;
    const needed = at + length;
    if (needed > this.#octets.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#octets.length * 2));
      this.#octets.copy(larger, 0, 0, at);
      this.#octets = larger;
    }
    this.#length = needed;
    return at;
  }
}
