import type { Cell } from './cell.ts';
import type { Route } from './route.ts';

/** A message that was written to a carrier and may still convert. */
export interface Attempt {
  id: string;
  route: Route;
  /** The route everywhere, in this country, with this operator: each at the index of its level. */
  cells: readonly Cell[];
  sentAt: number;
  stage: number;
  open: boolean;
  /** Whether its receipt has come, and whether anything has. */
  received: boolean;
  alive: boolean;
  /** A bit for each silence that counts it: 2 × level for signs of life, 2 × level + 1 for conversions. */
  silentIn: number;
}
