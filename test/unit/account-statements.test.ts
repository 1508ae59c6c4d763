import { describe, expect, test } from 'vitest';
import { findStatements, statementsIn } from '../support/account-statements.ts';

// Rows of all accounts are in one table each, so a statement that forgets the account shows or changes those
// of others. These few are about all accounts, or find out which one it is.
const ABOUT_ALL: Readonly<Record<string, { count: number; why: string }>> = {
  'accounts/account-ids.ts': { count: 2, why: 'at an upgrade every account gets a data key' },
  'accounts/allowed-origins.ts': {
    count: 1,
    why: 'a browser asks whether a page may call before it says with whose credential',
  },
  'accounts/find-account.ts': {
    count: 2,
    why: 'the demo looks for its account by name, a person for theirs',
  },
  'accounts/refuse-other-regions.ts': {
    count: 1,
    why: 'an installation looks for accounts of other regions',
  },
  'accounts/key-directory.ts': { count: 1, why: 'a caller says its key, which says its account' },
  'accounts/key-watch.ts': { count: 1, why: 'keys that are in use here, of all accounts' },
  'accounts/retention-days.ts': { count: 1, why: 'for which times partitions are to be made' },
  'audit/seal-entries.ts': { count: 2, why: 'what waits for the chain, of all accounts in one turn' },
  'audit/verify/accounts.ts': { count: 1, why: 'how many entries there are, for a progress bar' },
  'batches/forget.ts': { count: 3, why: 'what is over is ended and forgotten, whose ever it is' },
  'carriers/receivers.ts': { count: 1, why: 'a carrier calls by its id, which says its account' },
  'carriers/registry.ts': { count: 1, why: 'a worker connects the carriers of all accounts' },
  'inbound/forget.ts': { count: 1, why: 'what is old is forgotten, whose ever it is' },
  'inbound/join-late.ts': { count: 1, why: 'long texts that stay incomplete, whose ever they are' },
  'keys/loader.ts': { count: 1, why: 'which key-encryption keys have to be there, for whatever account' },
  'keys/rotate/empty.ts': { count: 1, why: 'a rotation ends for all accounts at once' },
  'keys/rotate/renew.ts': { count: 1, why: 'so it begins' },
  'keys/rotate/rewrap.ts': { count: 2, why: 'and data keys are wrapped anew, whose ever they are' },
  'messages/inbox.ts': {
    count: 2,
    why: 'receipts are matched by their own account, and those without an attempt forgotten in time',
  },
  'numbers/lookup-store.ts': { count: 1, why: 'answers that have expired are forgotten' },
  'oauth/authenticate-client.ts': { count: 1, why: 'a client says its id, which says its account' },
  'oauth/client-standing.ts': { count: 2, why: 'a token says its client, and its signature that we said so' },
  'oauth/forget.ts': { count: 2, why: 'what is over is forgotten, whose ever it is' },
  'people/change-member.ts': { count: 1, why: 'whether somebody is in any other account' },
  'people/forget.ts': { count: 1, why: 'what is over is forgotten, whose ever it is' },
  'people/invited.ts': { count: 2, why: 'whoever is invited says the token, which says its account' },
  'people/note-refused.ts': {
    count: 1,
    why: 'what somebody was not let do about themselves is about all of theirs',
  },
  'people/note-person.ts': { count: 1, why: 'every account that somebody is in is to know of it' },
  'people/queries.ts': { count: 1, why: 'the accounts that the person who asks is in' },
  'routing/evidence-store.ts': { count: 1, why: 'what workers knew that are gone is forgotten' },
  'subjects/erasures.ts': { count: 2, why: 'the ledger of erasures is kept for all accounts at once' },
  'webhooks/enabled.ts': { count: 1, why: 'a worker sends for the endpoints of all accounts' },
  'sandbox/owed-receipts.ts': {
    count: 1,
    why: 'a worker gives the receipts that others owe, of all accounts',
  },
  'verifications/expire.ts': { count: 2, why: 'verifications end, and keys are forgotten, in time' },
};

describe('a statement about rows of accounts', () => {
  test('names the account in its condition, or is one of those that are about all', async () => {
    const statements = await findStatements();
    expect(statements.length).toBeGreaterThan(80);
    const nameless = Map.groupBy(
      statements.filter(({ namesAccount }) => !namesAccount),
      ({ file }) => file,
    );
    const found = Object.fromEntries([...nameless].map(([file, of]) => [file, of.length]));
    const places = [...nameless.values()].flat().map(({ file, line }) => `src/${file}:${line}`);
    expect(found, `Put the account into the condition of:\n${places.join('\n')}`).toEqual(
      Object.fromEntries(Object.entries(ABOUT_ALL).map(([file, { count }]) => [file, count])),
    );
  });

  test.each([
    ['a tagged one', 'sql`SELECT * FROM messages WHERE id = ${id}`'],
    ['one that only selects it', 'sql`SELECT account_id FROM messages WHERE id = ${id}`'],
    ['a text', 'const READ = `SELECT m.* FROM messages m JOIN ${KEYS} USING (id)`;'],
    ['an update', "tx.unsafe('UPDATE carriers SET enabled = false WHERE id = $1')"],
    ['one without a condition', 'sql`DELETE FROM senders`'],
    ['one of Drizzle', 'db.select({ a: routes.accountId }).from(routes).where(eq(routes.id, id))'],
    ['a deletion of Drizzle', 'tx.delete(senders).where(eq(senders.id, id)).returning()'],
    ['a relational query', 'db.query.messages.findFirst({ where: { id } })'],
    ['one by a name', 'const one = eq(routes.id, id); db.update(routes).set(change).where(one)'],
  ])('that forgets it is found: %s', (_what, code) => {
    expect(statementsIn('x.ts', code).filter(({ namesAccount }) => !namesAccount)).toHaveLength(1);
  });

  test.each([
    ['a tagged one', 'sql`SELECT * FROM messages WHERE account_id = ${a} AND id = ${id}`'],
    ['a join', 'const READ = `SELECT m.* FROM messages m JOIN ${KEYS} USING (account_id, id)`;'],
    ['one of Drizzle', 'db.select().from(routes).where(and(eq(routes.accountId, a), eq(routes.id, id)))'],
    ['a relational query', 'db.query.messages.findFirst({ where: { accountId, id } })'],
    ['one by a name', 'const ours = eq(routes.accountId, a); db.select().from(routes).where(and(ours, x))'],
  ])('that names it is none: %s', (_what, code) => {
    const statements = statementsIn('x.ts', code);
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.filter(({ namesAccount }) => !namesAccount)).toEqual([]);
  });
});
