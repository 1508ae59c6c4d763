/** Bytes that are no SMPP, in one of the ways that have been seen: noise, a lying length, an unknown command. */
export function rubbish(random: () => number): Buffer {
  const octets = Buffer.from(Array.from({ length: 16 + Math.floor(random() * 64) }, () => random() * 256));
  const kind = Math.floor(random() * 3);
  if (kind === 0) return octets;
  octets.writeUInt32BE(kind === 1 ? 7 : octets.length, 0);
  octets.writeUInt32BE(0x0000dead, 4);
  return octets;
}
