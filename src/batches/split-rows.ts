import { InvalidInput } from '../errors.ts';
import { MAX_BODY_BYTES, MAX_ROW_BYTES } from './batch.ts';
import { BatchTooLarge, BatchTruncated } from './errors.ts';

/** How a body brings its rows: as one JSON array, or one in each line. */
export type RowFormat = 'json' | 'ndjson';

type Octets = AsyncIterable<Uint8Array>;

/**
 * Takes a body apart into its rows, as texts, while it comes: what is in memory is one chunk of it and the row that
 * goes over its edge. Of a row that is too long the beginning is given, which is too long as well.
 * @throws {BatchTruncated} when it ends in the middle @throws {BatchTooLarge | InvalidInput}
 */
export async function* splitRows(body: Octets, format: RowFormat): AsyncGenerator<string[], void> {
  const splitter = format === 'ndjson' ? new LineSplitter() : new ArraySplitter();
  let octets = 0;
  for await (const chunk of body) {
    octets += chunk.length;
    if (octets > MAX_BODY_BYTES) throw new BatchTooLarge();
    const rows = splitter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    if (rows.length > 0) yield rows;
  }
  const last = splitter.end();
  if (last !== undefined) yield [last];
}

/** A row whose end has not come yet. */
class Begun {
  #parts: Buffer[] = [];
  #length = 0;

  add(part: Buffer): void {
    const room = MAX_ROW_BYTES + 1 - this.#length;
    if (room <= 0) return;
    // A copy: else the row would keep its whole chunk.
    this.#parts.push(Buffer.from(part.subarray(0, room)));
    this.#length += Math.min(part.length, room);
  }

  take(last: Buffer): string {
    if (this.#length === 0) return last.toString('utf8', 0, MAX_ROW_BYTES + 1).trim();
    this.add(last);
    const text = Buffer.concat(this.#parts).toString('utf8').trim();
    this.#parts = [];
    this.#length = 0;
    return text;
  }
}

const NEWLINE = 0x0a;

/** Rows in lines; those that are empty are none. */
class LineSplitter {
  readonly #begun = new Begun();

  push(chunk: Buffer): string[] {
    const rows: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      const row = this.#begun.take(chunk.subarray(from, at));
      if (row !== '') rows.push(row);
      from = at + 1;
    }
    this.#begun.add(chunk.subarray(from));
    return rows;
  }

  /** The last line needs no end, if it is whole. */
  end(): string | undefined {
    const row = this.#begun.take(Buffer.alloc(0));
    if (row === '') return undefined;
    try {
      JSON.parse(row);
      return row;
    } catch {
      throw new BatchTruncated();
    }
  }
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Rows in a JSON array: they are told apart here, and whether each is one is for whoever reads it. */
class ArraySplitter {
  readonly #begun = new Begun();
  #place: 'before' | 'in' | 'behind' = 'before';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #count = 0;

  push(chunk: Buffer): string[] {
    const rows: string[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at]!;
      if (this.#place !== 'in') {
        this.#outside(octet);
        from = at + 1;
      } else if (this.#endsRow(octet)) {
        const row = this.#begun.take(chunk.subarray(from, at));
        from = at + 1;
        if (octet === CLOSE) this.#place = 'behind';
        // An empty array has no row.
        if (octet === COMMA || row !== '' || this.#count > 0) rows.push(row);
        this.#count += 1;
      }
    }
    if (this.#place === 'in') this.#begun.add(chunk.subarray(from));
    return rows;
  }

  end(): undefined {
    if (this.#place !== 'behind') throw new BatchTruncated();
  }

  #outside(octet: number): void {
    if (octet === 0x20 || (octet >= 0x09 && octet <= 0x0d)) return;
    if (this.#place === 'behind' || octet !== OPEN)
      throw new InvalidInput('body', 'The body is one JSON array of rows, such as [{"to":"+385911234567"}].');
    this.#place = 'in';
  }

  #endsRow(octet: number): boolean {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (octet === BACKSLASH) this.#isEscaped = true;
      else if (octet === QUOTE) this.#isInString = false;
      return false;
    }
    if (octet === QUOTE) this.#isInString = true;
    else if (octet === OPEN || octet === OPEN_OBJECT) this.#depth += 1;
    else if (this.#depth > 0 && (octet === CLOSE || octet === CLOSE_OBJECT)) this.#depth -= 1;
    else return this.#depth === 0 && (octet === COMMA || octet === CLOSE);
    return false;
  }
}
