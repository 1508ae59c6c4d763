/**
 * Every id is a UUIDv7 made by the app (batches need it before the insert, and Postgres makes them
 * only from 18 on), shown with a prefix that names its type: `vrf_` + 32 hex digits.
 */
export type Id<Prefix extends string> = `${Prefix}_${string}`;

export type AccountId = Id<'acc'>;
export type ApiKeyId = Id<'key'>;
export type ServiceId = Id<'svc'>;
export type VerificationId = Id<'vrf'>;
export type MessageId = Id<'msg'>;
export type AttemptId = Id<'att'>;
/** A limit over keys of an account's own, and a bucket of it. */
export type LimitId = Id<'lim'>;
export type LimitBucketId = Id<'bkt'>;
export type SafeNumberId = Id<'saf'>;
/** Somebody that an account knows by a name of its own, what they have, and a time that they are asked for it. */
export type EntityId = Id<'ent'>;
export type FactorId = Id<'fac'>;
export type ChallengeId = Id<'chl'>;
export type CarrierId = Id<'car'>;
export type RouteId = Id<'rte'>;
export type SenderId = Id<'snd'>;

/** An OAuth client, and an access token that one was given. */
export type OAuthClientId = Id<'cli'>;
export type AccessTokenId = Id<'tok'>;
/** A key that signs: access tokens, checkpoints of audit logs. */
export type SigningKeyId = Id<'sig'>;

export type InboundNumberId = Id<'num'>;
export type InboundMessageId = Id<'inb'>;
export type WebhookEndpointId = Id<'whk'>;
export type WebhookDeliveryId = Id<'whd'>;
export type AuditEntryId = Id<'aud'>;
/** The receipt of an erasure or an export. */
export type ReceiptId = Id<'rcp'>;
/** What an account's audit log was at some time, signed. */
export type AuditCheckpointId = Id<'chk'>;

/** A human being, who may be a member of several accounts. */
export type PersonId = Id<'per'>;
export type SessionId = Id<'ses'>;
/** Something that somebody signs in with: a password, a second factor, a passkey, a step of the way. */
export type SignInId = Id<'sgn'>;
/** Verifications that are started together, and a part of their rows, as it waits. */
export type BatchId = Id<'bat'>;
export type BatchChunkId = Id<'bch'>;

export type RegistrationId = Id<'reg'>;
export type MemberId = Id<'mem'>;
export type InvitationId = Id<'inv'>;

export const ID_PREFIXES = [
  'acc',
  'key',
  'svc',
  'vrf',
  'msg',
  'att',
  'car',
  'rte',
  'snd',
  'reg',
  'num',
  'inb',
  'whk',
  'whd',
  'cli',
  'tok',
  'sig',
  'aud',
  'rcp',
  'chk',
  'per',
  'ses',
  'sgn',
  'mem',
  'inv',
  'lim',
  'bkt',
  'saf',
  'ent',
  'fac',
  'chl',
  'bat',
  'bch',
] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

/** The 32 hex digits behind the prefix; Postgres reads them as a uuid. */
export function uuidOf(id: Id<string>): string {
  return id.slice(id.indexOf('_') + 1);
}

/** Reads an id from outside; `undefined` when it is not one of this kind. */
export function parseId<Prefix extends IdPrefix>(prefix: Prefix, text: string): Id<Prefix> | undefined {
  return text.length === prefix.length + 33 && text.startsWith(`${prefix}_`) && /_[0-9a-f]{32}$/.test(text)
    ? (text as Id<Prefix>)
    : undefined;
}

/** Reads an id of any kind. */
export function parseAnyId(text: string): Id<IdPrefix> | undefined {
  const prefix = ID_PREFIXES.find((one) => text.startsWith(`${one}_`));
  return prefix && parseId(prefix, text);
}

/** Puts the prefix on a uuid as Postgres prints it. */
export function idFromUuid<Prefix extends IdPrefix>(prefix: Prefix, uuid: string): Id<Prefix> {
  return `${prefix}_${uuid.replaceAll('-', '')}`;
}

/** Before all UUIDv7 that were made at `at` (epoch milliseconds) or later. */
export function firstUuidAt(at: number): string {
  return at.toString(16).padStart(12, '0').padEnd(32, '0');
}

/** When a UUIDv7 was made, in epoch milliseconds. */
export function timeOfId(id: Id<string>): number {
  return Number.parseInt(id.slice(4, 16), 16);
}
