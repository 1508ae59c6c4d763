/**
 * One of some senders for a destination: the same as long as it is among them, and when it is not, only
 * its own destinations move (rendezvous hashing, Thaler & Ravishankar 1998). Nothing is remembered.
 * @param destination its blind index: keyed, so uniform and not for outsiders to predict; 8 octets count
 */
export function pickSender(senders: readonly [string, ...string[]], destination: Buffer): string {
  let [best] = senders;
  if (senders.length === 1) return best;
  const high = destination.readUInt32LE(0);
  const low = destination.readUInt32LE(4);
  let bestWeight = -1;
  for (const sender of senders) {
    const seed = hashText(sender);
    const weight = mix(mix(seed ^ high) ^ low);
    // Between equals the text decides, whatever the order they came in.
    if (weight > bestWeight || (weight === bestWeight && sender < best)) {
      best = sender;
      bestWeight = weight;
    }
  }
  return best;
}

/** FNV-1a, 32 bits: senders are ASCII. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** The finalizer of MurmurHash3: every bit in counts for every bit out. */
function mix(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
