import { z } from 'zod';
import { InvalidInput } from '../errors.ts';
import { isText } from '../services/settings.ts';

const References = z.record(z.string().min(1).max(60).refine(isText), z.string().max(200).refine(isText));
const MAX = 20;

/** What a register calls a sender, as it came from outside. @throws {InvalidInput} */
export function readReferences(input: unknown): Record<string, string> {
  const read = References.safeParse(input ?? {});
  if (read.success && Object.keys(read.data).length <= MAX) return read.data;
  throw new InvalidInput(
    'references',
    `References are a JSON object of at most ${MAX} texts by name, each of at most 200 characters and without control characters.`,
  );
}
