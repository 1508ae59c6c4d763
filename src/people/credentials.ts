import { findHeldKeys, revokeHeldKeys } from '../accounts/held-keys.ts';
import { holdersOf } from '../accounts/maker.ts';
import type { Doer } from '../audit/actor.ts';
import { API_KEY_CHANNEL, OAUTH_CHANNEL } from '../bus/channels.ts';
import type { DbTransaction } from '../db/client.ts';
import type { AccountId, PersonId } from '../ids.ts';
import { rightsOf } from '../oauth/client-input.ts';
import { findHeldClients, revokeHeldClients } from '../oauth/held-clients.ts';
import type { App } from '../platform.ts';
import { isBeyondRole, type Credential } from './credential.ts';
import type { MemberRow } from './table.ts';

type Reading = { db: Pick<DbTransaction, 'select'> };
type Holder = Pick<MemberRow, 'accountId' | 'personId' | 'role'>;

// A page of members is two statements.
const BATCH = { maxBatchSize: 200, lanes: 2 };

/** The credentials of a member; those of many who are asked for at once are read together. */
export async function credentialsOf(app: App, { accountId, personId, role }: Holder): Promise<Credential[]> {
  return app.batched(readCredentials, BATCH).add({ accountId, personId, role });
}

async function readCredentials(app: App, members: readonly Holder[]): Promise<Credential[][]> {
  return findCredentials(app, members, app.clock());
}

/** With what each of these members can get in besides by signing in, in their order: keys first, the oldest first. */
export async function findCredentials(
  from: Reading,
  members: readonly Holder[],
  now: number,
): Promise<Credential[][]> {
  const accounts = [...Map.groupBy(members, ({ accountId }) => accountId)];
  const held = await Promise.all(
    accounts.map(async ([accountId, of]) => {
      const people = of.map(({ personId }) => personId);
      return [accountId, await readHeld(from, accountId, people, now)] as const;
    }),
  );
  const ofAccount = new Map(held);
  return members.map(({ accountId, personId, role }) =>
    ofAccount
      .get(accountId)!
      .filter(({ row }) => holdersOf(row, now).includes(personId))
      .map(({ named, mode, row: { name, lastUsedAt }, rights }) => ({
        ...{ ...named, name, mode, lastUsedAt },
        beyondRole: isBeyondRole(role, rights),
      })),
  );
}

async function readHeld(from: Reading, accountId: AccountId, people: readonly PersonId[], now: number) {
  const [keys, clients] = await Promise.all([
    findHeldKeys(from, accountId, people, now),
    findHeldClients(from, accountId, people, now),
  ]);
  return [
    ...keys.map((row) => ({
      named: { kind: 'apiKey', id: row.id } as const,
      ...{ mode: row.mode, row, rights: row },
    })),
    ...clients.map((row) => ({
      named: { kind: 'oauthClient', id: row.id } as const,
      ...{ mode: 'live' as const, row, rights: rightsOf(row) },
    })),
  ];
}

/** Ends them, in the transaction that puts their member out and under its lock of the account. */
export async function revokeCredentials(
  tx: DbTransaction,
  who: Doer,
  credentials: readonly Credential[],
  now: number,
): Promise<void> {
  const keys = credentials.flatMap((one) => (one.kind === 'apiKey' ? [one.id] : []));
  const clients = credentials.flatMap((one) => (one.kind === 'oauthClient' ? [one.id] : []));
  await revokeHeldKeys(tx, who, keys, now);
  await revokeHeldClients(tx, who, clients, now);
}

/** Every process forgets them, and closes what they opened. After the commit. */
export function announceCredentials(app: App, credentials: readonly Credential[]): void {
  app.bus.publish(
    credentials.map(({ kind, id }) => ({
      channel: kind === 'apiKey' ? API_KEY_CHANNEL : OAUTH_CHANNEL,
      payload: id,
    })),
  );
}
