import { z } from '@hono/zod-openapi';
import type { Principal } from '../../accounts/principal.ts';
import type { Shown } from '../../audit/note-reads.ts';
import type { App } from '../../platform.ts';
import { shownNumber, type AnsweredVerification } from '../../verifications/number-of.ts';
import { CHANNELS } from '../../verifications/verification.ts';
import { inboundCodeOf, inboundNumberOf } from '../../inbound/shown-code.ts';
import { sandboxCodeOf } from '../../verifications/sandbox-code.ts';
import { idOf, moment, momentOrNull } from './parts.ts';

export const VerificationStatus = z.enum([
  'pending',
  'approved',
  'canceled',
  'expired',
  'max_checks_reached',
  'failed',
]);
export const Mode = z.enum(['live', 'test']);
export const Channel = z.enum(CHANNELS);

/** A verification over REST: the names are those of the GraphQL type. */
export const Verification = z
  .object({
    id: idOf('vrf', 'The verification'),
    mode: Mode.openapi({ description: 'Whether it is for real or a test; that of the key that started it.' }),
    to: z.string().openapi({
      description:
        'The destination in E.164, masked (`+385•••••••67`) unless the caller may see it; once it has expired its country is left (`+385•••••••••`).',
      example: '+385911234567',
    }),
    country: z
      .string()
      .openapi({ description: 'Of the destination, ISO 3166-1 alpha-2; `00` for international services.' }),
    channel: Channel.openapi({ description: 'How the code travels.' }),
    status: VerificationStatus.openapi({ description: 'Where it stands. All but `pending` are final.' }),
    failureReason: z
      .enum(['undeliverable', 'blocked', 'no_route'])
      .nullable()
      .openapi({ description: 'Why it failed, when it did.' }),
    locale: z.string().openapi({ description: 'Language of its messages, BCP 47.' }),
    checksLeft: z.int().openapi({ description: 'How many checks are left.' }),
    sendsLeft: z.int().openapi({
      description: 'How many more messages its destination may get within the window, as of its last send.',
    }),
    nextSendAt: momentOrNull('When the next message may go; null when at once.'),
    serviceId: idOf('svc', 'The service whose rules it follows'),
    createdAt: moment('When it was started.'),
    expiresAt: moment('Until when its code is valid. A resend does not extend it.'),
    settledAt: momentOrNull('When it ended.'),
    inboundCode: z
      .string()
      .nullable()
      .openapi({
        description:
          'What the destination has to text to `inboundNumber`, while the channel is `inbound_sms` and it is waited for. ' +
          'It proves something only when it comes from the destination: it may be shown to anybody.',
      }),
    inboundNumber: z.string().nullable().openapi({
      description: 'Where the destination has to text `inboundCode`: a number in E.164, or a short code.',
    }),
    sandboxCode: z.string().nullable().openapi({
      description:
        'The code of a test, for a test key alone: it is checked without a handset. Null for all that is live.',
    }),
    version: z.int().openapi({ description: 'Of its last event; goes up with every change.' }),
  })
  .openapi('Verification', { description: 'One attempt of one person to prove one destination.' });

export type Verification = z.output<typeof Verification>;

/** Rows as their caller may see them. */
export function verificationShapes(
  app: App,
  who: Principal,
  rows: readonly AnsweredVerification[],
): Promise<Verification[]> {
  return Promise.all(rows.map((row) => verificationShape(app, who, row)));
}

/** @param collected see `noteRead` */
export async function verificationShape(
  app: App,
  who: Principal,
  row: AnsweredVerification,
  collected?: Shown[],
): Promise<Verification> {
  return {
    id: row.id,
    mode: row.mode,
    to: await shownNumber(app, who, row, collected),
    country: row.country,
    channel: row.channel,
    status: row.status,
    failureReason: row.failureReason,
    locale: row.locale,
    checksLeft: row.maxChecks - row.checksUsed,
    sendsLeft: row.sendsLeft,
    nextSendAt: row.nextSendAt,
    serviceId: row.serviceId,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    settledAt: row.settledAt,
    inboundCode: await inboundCodeOf(app, row),
    inboundNumber: await inboundNumberOf(app, row),
    sandboxCode: sandboxCodeOf(app.keys, who, row),
    version: row.version,
  };
}
