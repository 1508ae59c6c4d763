import { z } from 'zod';

/** The forms that parameters come in: all of them are texts. */

/** How Twilio sends codes; ours are the first two. */
export const CHANNELS = ['sms', 'auto', 'call', 'email', 'whatsapp', 'sna'] as const;

/** As every client writes them: `true`, `True`. */
export const flag = z.stringbool({
  truthy: ['true'],
  falsy: ['false'],
  error: 'true or false',
});

export const int = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d{1,9}$/, `a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min, `not below ${min}`).max(max, `not above ${max}`));

/**
 * One that would change what is sent or proven, and that we have nothing for: better refused than passed over.
 * An empty one asks for nothing.
 */
export const unsupported = (instead: string) => z.literal('', { error: instead }).optional();

/** A switch that can only be off, for the same reason. */
export const onlyOff = (instead: string) => flag.refine((on) => !on, instead).optional();

/** RFC 3339, or a day of UTC. */
export const time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'a time such as 2026-11-29T08:00:00Z' })
  .transform((text) => new Date(text))
  .refine((at) => at.getTime() > 0, 'not before 1970');

/** Of a page of a list. */
export const PAGE_PARAMS = {
  PageSize: int(1, 1_000).default(50),
  Page: int(0, 999_999_999).default(0),
  PageToken: z.string().optional(),
};

/** RFC 3339 without fractions of seconds, as these clients know it. */
export function moment(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}
