import { z } from 'zod';
import { readInput } from '../read-input.ts';

const Promises = z
  .strictObject({
    /** Share of the accepted messages whose receipt says that they were delivered. */
    deliveryRate: z.number().gt(0).lt(1).nullish(),
    /** Nineteen of twenty such receipts come within so many milliseconds. */
    receiptP95Ms: z.int().min(100).max(86_400_000).nullish(),
    /** Over which both are counted. */
    windowMinutes: z
      .int()
      .min(5)
      .max(24 * 60)
      .default(60),
  })
  .refine(
    ({ deliveryRate, receiptP95Ms }) => deliveryRate != null || receiptP95Ms != null,
    'promises neither a delivery rate nor a latency',
  );

/** What a carrier promises. */
export type Sla = z.output<typeof Promises>;
export type SlaInput = z.input<typeof Promises>;

/** @param input null = nothing is promised @throws {InvalidInput} */
export function readSla(input: SlaInput | null): Sla | null {
  return input === null ? null : readInput(Promises, input, 'sla');
}
