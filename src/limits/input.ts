import { InvalidInput } from '../errors.ts';
import { isOneLine } from '../one-line.ts';

/** Of a service. */
export const MAX_LIMITS = 50;
/** Of a limit. */
export const MAX_BUCKETS = 10;
const YEAR_SECONDS = 31_536_000;

export interface LimitInput {
  name: string;
  description?: string | null | undefined;
}

export interface BucketInput {
  /** Starts. */
  max: number;
  intervalSeconds: number;
}

/** @throws {InvalidInput} */
export function checkLimit({ name, description }: Partial<LimitInput>): void {
  if (name !== undefined && !/^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/.test(name))
    throw new InvalidInput('uniqueName', 'A limit has a name of 1 to 64 letters, digits and signs.');
  if (description != null && (description.length > 255 || !isOneLine(description)))
    throw new InvalidInput('description', 'A description has at most 255 characters, in one line.');
}

/** @throws {InvalidInput} */
export function checkBucket({ max, intervalSeconds }: Partial<BucketInput>): void {
  if (max !== undefined && !isWhole(max, 1, 1_000_000))
    throw new InvalidInput('max', 'A bucket lets 1 to 1,000,000 starts through.');
  if (intervalSeconds !== undefined && !isWhole(intervalSeconds, 1, YEAR_SECONDS))
    throw new InvalidInput('interval', 'A bucket counts over 1 second to a year of 31,536,000.');
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
