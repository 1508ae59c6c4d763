import { customType, timestamp } from 'drizzle-orm/pg-core';
import { idFromUuid, uuidOf, type Id, type IdPrefix } from '../ids.ts';

/** A prefixed id in the code, a 16-byte uuid in the database. */
export function idColumn<Prefix extends IdPrefix>(prefix: Prefix) {
  return customType<{ data: Id<Prefix>; driverData: string }>({
    dataType: () => 'uuid',
    toDriver: (id) => uuidOf(id),
    fromDriver: (uuid) => idFromUuid(prefix, uuid),
  });
}

export const accountIdColumn = idColumn('acc');
export const apiKeyIdColumn = idColumn('key');
export const serviceIdColumn = idColumn('svc');
export const verificationIdColumn = idColumn('vrf');
export const messageIdColumn = idColumn('msg');
export const attemptIdColumn = idColumn('att');
export const carrierIdColumn = idColumn('car');
export const routeIdColumn = idColumn('rte');
export const senderIdColumn = idColumn('snd');
export const registrationIdColumn = idColumn('reg');
export const inboundNumberIdColumn = idColumn('num');
export const inboundMessageIdColumn = idColumn('inb');
export const webhookEndpointIdColumn = idColumn('whk');
export const webhookDeliveryIdColumn = idColumn('whd');
export const auditEntryIdColumn = idColumn('aud');
export const receiptIdColumn = idColumn('rcp');
export const auditCheckpointIdColumn = idColumn('chk');
export const personIdColumn = idColumn('per');
export const sessionIdColumn = idColumn('ses');
export const signInIdColumn = idColumn('sgn');
export const memberIdColumn = idColumn('mem');
export const invitationIdColumn = idColumn('inv');
export const batchIdColumn = idColumn('bat');
export const batchChunkIdColumn = idColumn('bch');
export const limitIdColumn = idColumn('lim');
export const limitBucketIdColumn = idColumn('bkt');
export const safeNumberIdColumn = idColumn('saf');
export const entityIdColumn = idColumn('ent');
export const factorIdColumn = idColumn('fac');
export const challengeIdColumn = idColumn('chl');

export const oauthClientIdColumn = idColumn('cli');
export const accessTokenIdColumn = idColumn('tok');
export const signingKeyIdColumn = idColumn('sig');

export const bytes = customType<{ data: Buffer; driverData: Buffer; jsonData: string }>({
  dataType: () => 'bytea',
  // In a row that is read with another one Postgres writes it as text, `\\x…`.
  fromJson: (text) => Buffer.from(text.slice(2), 'hex'),
});

/** Several of those in one column: Drizzle writes no octets into an array. */
export const byteses = customType<{ data: Buffer[]; driverData: string | Buffer[] }>({
  dataType: () => 'bytea[]',
  toDriver: bytesesText,
  fromDriver: (value) =>
    typeof value === 'string'
      ? [...value.matchAll(/\\\\x([\da-f]*)/g)].map(([, hex]) => Buffer.from(hex!, 'hex'))
      : value,
});

/** As Postgres reads them, e.g. `{"\\x00","\\x01"}`. */
export function bytesesText(values: readonly Buffer[]): string {
  return `{${values.map((value) => `"\\\\x${value.toString('hex')}"`).join(',')}}`;
}

/** A 64-bit transaction id (`pg_current_xact_id()`), as text in the code. */
export const transactionId = customType<{ data: string; driverData: string }>({
  dataType: () => 'xid8',
});

/** Milliseconds in UTC: a Date keeps no more, and cursors compare what a Date keeps. */
export const moment = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' });
