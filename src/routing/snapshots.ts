import { z } from 'zod';
import type { PolicySnapshot } from './policy.ts';
import type { ReceiptSnapshot } from './receipt-latency.ts';

/**
 * Reads what processes saved: another version may have written it, and what cannot be read must not get into what
 * is learned, nor from there into what we save ourselves. JSON has no number that is none.
 */
const Amounts = z.array(z.number());
const Signs = z.looseObject({ byStage: Amounts, seen: z.number(), missed: z.number() });
const Silence = z.looseObject({
  ...{ nats: z.number(), attempts: z.number().optional(), refused: z.number().optional() },
  ...{ lastSentAt: z.number(), lastSignAt: z.number() },
  hasSign: z.boolean(),
});
const place = { country: z.string().optional(), operator: z.string().optional() };

const OfPolicy = z.looseObject({
  version: z.literal(1),
  sources: z.array(
    z.looseObject({
      ...{ source: z.string(), told: z.number(), at: z.number() },
      routes: z.array(
        z.looseObject({ route: z.string(), foretold: z.number(), conversions: Signs, lifeSigns: Signs }),
      ),
      cells: z.array(
        z.looseObject({
          ...{ route: z.string(), ...place, converted: Amounts, failed: Amounts },
          ...{ noLife: Silence, noConversion: Silence },
        }),
      ),
      paces: z.array(z.looseObject({ ...place, perMs: z.number() })),
    }),
  ),
}) satisfies z.ZodType<PolicySnapshot>;

const OfReceipts = z.looseObject({
  ...{ source: z.string(), count: z.number() },
  records: z.record(
    z.string(),
    z.looseObject({
      ...{ at: z.number(), taken: z.number(), reported: z.number() },
      ...{ arrived: z.number().optional(), lost: z.number().optional() },
      delays: z.record(z.string(), z.number()),
    }),
  ),
}) satisfies z.ZodType<ReceiptSnapshot>;

/** @throws {z.ZodError} */
export function readPolicySnapshot(saved: unknown): PolicySnapshot {
  return OfPolicy.parse(saved);
}

/** @throws {z.ZodError} */
export function readReceiptSnapshot(saved: unknown): ReceiptSnapshot {
  return OfReceipts.parse(saved);
}
