const SYMBOLS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 §6 without padding, as authenticator apps read it. */
export function writeBase32(octets: Buffer): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const octet of octets) {
    held = (held << 8) | octet;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += SYMBOLS[(held >> (bits - 5)) & 31]!;
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + SYMBOLS[(held << (5 - bits)) & 31]! : text;
}

/** @returns undefined when it is no base32; spaces, dashes and the padding may stand in it, small letters are fine */
export function readBase32(typed: string): Buffer | undefined {
  const text = typed.replaceAll(/[ -]/g, '').replace(/=+$/, '').toUpperCase();
  const octets: number[] = [];
  let bits = 0;
  let held = 0;
  for (const symbol of text) {
    const value = SYMBOLS.indexOf(symbol);
    if (value === -1) return undefined;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) octets.push((held >> (bits -= 8)) & 255);
    held &= (1 << bits) - 1;
  }
  return Buffer.from(octets);
}
