import type { Service } from '../services/directory.ts';
import type { NewArrival } from './arrivals.ts';
import type { Keyword } from './keywords.ts';
import type { InboundNumberRow } from './table.ts';

/** A message from a handset, or a part of one, with all that is known before the database is asked. */
export interface Inbound extends NewArrival {
  /** Number of the part, from 1. */
  part: number;
  /** Whether the same words may be sent again and be meant. */
  isRepeatable: boolean;
  /** E.164 with `+`, or what the carrier wrote. */
  from: string;
  /** Blind index of the number; null when it is none. */
  sender: Buffer | null;
  ourNumber: string;
  number: InboundNumberRow | undefined;
  /** Without the codes in it. */
  text: string;
  /** As it came: it is looked at, and never kept. */
  said: string;
  keyword: Keyword | undefined;
  services: readonly Service[];
}
