/** A number or name with its kind (type of number and numbering plan, SMPP v3.4 §5.2.5 and §5.2.6). */
export interface Address {
  ton: number;
  npi: number;
  addr: string;
}

/** Parts of an address that are the same for all; null or absent: by what the address is. */
export interface PinnedKind {
  ton?: number | null;
  npi?: number | null;
}

const TON = { international: 1, networkSpecific: 3, alphanumeric: 5 } as const;
const NPI = { unknown: 0, e164: 1 } as const;

/** A number in E.164 with its `+`; `undefined` for anything else. */
export function internationalAddress(number: string): Address | undefined {
  return /^\+[0-9]{4,15}$/.test(number)
    ? { ton: TON.international, npi: NPI.e164, addr: number.slice(1) }
    : undefined;
}

/** A long code with `+`, a short code of 3–8 digits, or a name of 1–11 characters; `undefined` for anything else. */
export function senderAddress(sender: string): Address | undefined {
  if (sender.startsWith('+')) return internationalAddress(sender);
  if (/^[0-9]{3,8}$/.test(sender)) return { ton: TON.networkSpecific, npi: NPI.unknown, addr: sender };
  // Names are written in the characters that every network shows alike.
  return /^(?=.*[A-Za-z])[\x20-\x7e]{1,11}$/.test(sender)
    ? { ton: TON.alphanumeric, npi: NPI.unknown, addr: sender }
    : undefined;
}

export function pinned({ ton, npi, addr }: Address, pin: PinnedKind): Address {
  return { ton: pin.ton ?? ton, npi: pin.npi ?? npi, addr };
}
