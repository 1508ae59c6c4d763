import { z } from 'zod';
import { type CarrierProfile, isProfileName, type ProfileName, PROFILES } from './profile.ts';

const share = z.number().min(0).max(1);
const range = z
  .tuple([z.number().min(0).max(3_600_000), z.number().min(0).max(3_600_000)])
  .refine(([min, max]) => min <= max, 'the first must not exceed the second');

const names = Object.keys(PROFILES) as [ProfileName, ...ProfileName[]];

/** What may be changed while the simulator runs: a profile, and its parameters one by one. */
const ProfileChange = z.strictObject({
  profile: z.string().refine(isProfileName, `must be one of ${names.join(', ')}`),
  responseMs: range.optional(),
  receiptMs: range.optional(),
  maxBinds: z.int().min(1).max(1_000).optional(),
  maxPerSecond: z.number().positive().max(1_000_000).optional(),
  refusedShare: share.optional(),
  refusalStatus: z.int().min(1).max(0xffffffff).optional(),
  lostShare: share.optional(),
  undeliveredShare: share.optional(),
  undeliveredErrors: z.array(z.int().min(0).max(999)).min(1).optional(),
  ignoredShare: share.optional(),
  rubbishShare: share.optional(),
  hangUpShare: share.optional(),
  partReceipts: z.enum(['each', 'first', 'last']).optional(),
  alphabet: z.enum(['gsm', 'latin1', 'ascii']).optional(),
});

export type ProfileChange = z.input<typeof ProfileChange>;

/** A profile as it stands now, with the name of the one it was made from. */
export interface NamedProfile {
  name: ProfileName;
  profile: CarrierProfile;
}

/** A change that cannot be; the message names the field and what is allowed. */
export class InvalidProfileChange extends Error {}

/** @throws {InvalidProfileChange} */
export function parseProfileChange(input: unknown): NamedProfile {
  const parsed = ProfileChange.safeParse(input);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const field = issue.path.length > 0 ? `"${issue.path.join('.')}": ` : '';
      return `${field}${issue.message}`;
    });
    throw new InvalidProfileChange(problems.join('; '));
  }
  const { profile: name, ...changed } = parsed.data;
  if (!isProfileName(name)) throw new InvalidProfileChange(`there is no profile "${String(name)}"`);
  return { name, profile: { ...PROFILES[name], ...changed } };
}
