import { writeFile } from 'node:fs/promises';

/** A capture file of TCP segments from one port to the same port, one for each chunk (pcap, LINKTYPE_IPV4). */
export async function writeCapture(path: string, port: number, chunks: readonly Buffer[]): Promise<void> {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(228, 20);
  let sequence = 1;
  const records = chunks.map((chunk, index) => {
    const segment = tcpSegment(port, sequence, chunk);
    sequence += chunk.length;
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000 + index, 0);
    record.writeUInt32LE(segment.length, 8);
    record.writeUInt32LE(segment.length, 12);
    return Buffer.concat([record, segment]);
  });
  await writeFile(path, Buffer.concat([header, ...records]));
}

/** IPv4 from 10.0.0.1 to 10.0.0.2; nobody checks the checksums of a capture. */
function tcpSegment(port: number, sequence: number, payload: Buffer): Buffer {
  const headers = Buffer.alloc(40);
  headers[0] = 0x45;
  headers.writeUInt16BE(headers.length + payload.length, 2);
  headers[8] = 64;
  headers[9] = 6;
  headers.set([10, 0, 0, 1, 10, 0, 0, 2], 12);
  headers.writeUInt16BE(port, 20);
  headers.writeUInt16BE(port, 22);
  headers.writeUInt32BE(sequence, 24);
  headers.writeUInt32BE(1, 28);
  headers[32] = 0x50;
  headers[33] = 0x18;
  headers.writeUInt16BE(65_535, 34);
  return Buffer.concat([headers, payload]);
}
