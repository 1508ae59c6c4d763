/**
 * What receipts have said of a message in several segments, each of which the carrier reports on its own.
 * Written down as one text: how the carrier reports, and a letter for each part, e.g. `auto:d.u`
 * (`.` nothing yet, `d` delivered, `u` undelivered).
 */
export type PartsText = string;

/** `perPart`: a receipt for each part. `auto`: so it seems, until a receipt stays alone. */
export type PartReceipts = 'auto' | 'perPart';

export interface PartsVerdict {
  parts: PartsText;
  /** Of the message: delivered with its last part, undelivered with the first part that is. */
  verdict: 'open' | 'delivered' | 'undelivered';
  /** One part was delivered, and of the others nothing is known, nor whether they will be reported. */
  isLone: boolean;
}

/**
 * How long the receipt of one part waits for the others, before it stands for the whole message of a
 * carrier that has never reported a second part.
 */
export const LONE_RECEIPT_MS = 10_000;

const LETTERS = { delivered: 'd', undelivered: 'u' } as const;

export function unheardParts(receipts: PartReceipts, count: number): PartsText {
  return `${receipts}:${'.'.repeat(count)}`;
}

/** A final receipt has come for a part (from 1). The first word on a part is the last one. */
export function hearPart(parts: PartsText, part: number, state: keyof typeof LETTERS): PartsVerdict {
  const [receipts, states = ''] = parts.split(':');
  const at = part - 1;
  const after = states[at] === '.' ? states.slice(0, at) + LETTERS[state] + states.slice(at + 1) : states;
  const heard = after.replaceAll('.', '');
  return {
    parts: `${receipts}:${after}`,
    verdict: heard.includes('u') ? 'undelivered' : heard.length === after.length ? 'delivered' : 'open',
    isLone: receipts === 'auto' && heard === 'd' && after.length > 1,
  };
}

export type PartStatus = 'pending' | 'delivered' | 'undelivered';

/** What is known of each part, in their order. */
export function readParts(parts: PartsText): PartStatus[] {
  const [, states = ''] = parts.split(':');
  return [...states].map((letter) =>
    letter === LETTERS.delivered ? 'delivered' : letter === LETTERS.undelivered ? 'undelivered' : 'pending',
  );
}
