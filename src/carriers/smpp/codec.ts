import { LAYOUTS, type Layout } from './layouts.ts';
import { OctetError, OctetReader, OctetWriter } from './octets.ts';
import type { Pdu, Unsequenced } from './pdu.ts';
import { STATUS } from './status.ts';

export const HEADER_OCTETS = 16;
const RESPONSE_BIT = 0x80000000;

/** A frame that is no PDU of SMPP v3.4, with what a generic_nack needs to say so. */
export class PduError extends Error {
  /** The command_status that names the fault. */
  readonly commandStatus: number;
  readonly sequence: number;
  readonly commandId: number;

  constructor(commandStatus: number, sequence: number, commandId: number, message: string) {
    super(message);
    this.commandStatus = commandStatus;
    this.sequence = sequence;
    this.commandId = commandId;
  }

  /** Whether the frame says to be an answer: its sequence number is then one of ours, not of the peer. */
  get isResponse(): boolean {
    return this.commandId >= RESPONSE_BIT;
  }
}

const layoutById = new Map<number, Layout<Pdu>>(
  Object.values(LAYOUTS).map((layout) => [layout.id, layout as unknown as Layout<Pdu>]),
);

/** @throws {RangeError} when a field does not fit its place in the PDU */
export function encodePdu(pdu: Pdu): Buffer {
  const writer = new OctetWriter(256);
  writePdu(writer, pdu, pdu.sequence);
  return writer.take();
}

/**
 * Appends a PDU to what the writer holds already.
 * @throws {RangeError} when a field does not fit its place; the writer is then as it was before
 */
export function writePdu(writer: OctetWriter, pdu: Unsequenced<Pdu>, sequence: number): void {
  const start = writer.length;
  const layout = LAYOUTS[pdu.command] as unknown as Layout<Pdu>;
  try {
    writer.int32(0);
    writer.int32(layout.id);
    writer.int32('status' in pdu ? pdu.status : STATUS.ROK);
    writer.int32(sequence);
    layout.write(writer, pdu);
    writer.int32At(start, writer.length - start);
  } catch (error) {
    writer.truncate(start);
    throw error;
  }
}

/**
 * Reads one whole frame, as `FrameReader` cuts them out of the stream. Octets in the PDU are views into it.
 * @throws {PduError} for everything that is not exactly one PDU
 */
export function decodePdu(frame: Buffer): Pdu {
  if (frame.length < HEADER_OCTETS) throw new PduError(STATUS.RINVCMDLEN, 0, 0, 'shorter than a header');
  const reader = new OctetReader(frame, 0, frame.length);
  const length = reader.int32();
  const id = reader.int32();
  const status = reader.int32();
  const sequence = reader.int32();
  if (length !== frame.length) {
    const message = `command_length ${length} of a frame of ${frame.length}`;
    throw new PduError(STATUS.RINVCMDLEN, sequence, id, message);
  }
  const layout = layoutById.get(id);
  if (layout === undefined) {
    throw new PduError(STATUS.RINVCMDID, sequence, id, `unknown command_id 0x${id.toString(16)}`);
  }
  try {
    const pdu = layout.read(reader, sequence, status);
    if (reader.left > 0) throw new OctetError(STATUS.RINVCMDLEN, 'octets behind the last field');
    return pdu;
  } catch (error) {
    if (!(error instanceof OctetError)) throw error;
    throw new PduError(error.status, sequence, id, error.message);
  }
}
