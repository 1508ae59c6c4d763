import { isObjectType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningApp } from '../../src/app.ts';
import { PATHS } from '../../src/graphql/paths.ts';
import { schema } from '../../src/graphql/schema.ts';
import { ID_PREFIXES, uuidOf } from '../../src/ids.ts';
import { SANDBOX_CARRIER_ID, SANDBOX_ROUTE_ID } from '../../src/sandbox/place.ts';
import { idsIn, rowsOf, tablesOf } from '../support/account-rows.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { callerWith, createSocketClient, type Answer, type Caller } from '../support/graphql.ts';
import { Portaris } from '../support/number-lookups.ts';
import { answeredOf, argsNaming, placesOf, rowOf, TABLE, type ForeignArgs } from '../support/root-fields.ts';
import { nodeOperation, wholeOperation } from '../support/selections.ts';
import {
  CALLS,
  INNER_FIELDS,
  MUTATIONS,
  NODES,
  QUERIES,
  SUBSCRIPTIONS,
  type Args,
  type FieldRow,
} from '../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../support/tenants.ts';
import { createNumbers } from '../support/verifying.ts';
const stack = new AsyncDisposableStack();
let testApp: TestApp;
let app: RunningApp;
let own: Tenant;
let other: Tenant;
let caller: Caller;
let owner: Caller;

beforeAll(async () => {
  testApp = stack.use(await createTestApp({ OTPOST_PRIVATE_NETWORKS: '127.0.0.1/32' }));
  app = testApp.app;
  own = await aTenant('Aurora', '+385991111111', 5_100_001);
  caller = callerWith(app, own.credential);
  owner = callerWith(app, own.session);
  other = await aTenant('Borealis', '+385992222222', 5_200_001);
});
afterAll(() => stack.disposeAsync());

async function aTenant(word: string, ourNumber: string, firstNumber: number): Promise<Tenant> {
  const provider = stack.use(await new Portaris().start());
  const aNumber = createNumbers(firstNumber);
  return createTenant(app, { word, ourNumber, aNumber, lookup: await provider.example() });
}

/** What nobody else may be told: each id in the account's rows, its words, and its numbers. */
async function secretsOf(tenant: Tenant): Promise<string[]> {
  const { word, numbers, ourNumber, cursors } = tenant;
  const ids = idsIn(await rowsOf(app, tenant.who.accountId));
  const digits = [...Object.values(numbers), ourNumber].map((number) => number.slice(4));
  return [...ids, word.toLowerCase(), ...digits, ...Object.values(cursors).map((text) => text.toLowerCase())];
}

async function expectNothingOf(tenant: Tenant, said: unknown): Promise<void> {
  const text = JSON.stringify(said).toLowerCase();
  const found = (await secretsOf(tenant)).filter((secret) => text.includes(secret));
  expect(found, text.slice(0, 2_000)).toEqual([]);
}

/** Runs what is to leave the other account as it is, and to say nothing of it. */
async function expectUntouched(work: () => Promise<unknown>): Promise<void> {
  const before = await rowsOf(app, other.who.accountId);
  const said = await work();
  expect(await rowsOf(app, other.who.accountId)).toEqual(before);
  await expectNothingOf(other, said);
}

/** Every id of an account, and every place in its streams. */
function namesOf({ ids, pending, httpCarrier, cursors }: Tenant): string[] {
  return [...ID_PREFIXES.map((prefix) => ids[prefix]), pending, httpCarrier, ...Object.values(cursors)];
}

/** Every way to ask a field for what is another account's, with what may be answered. */
function foreignArgs(field: GraphQLField<unknown, unknown>, row: FieldRow): ForeignArgs[] {
  const others = row.others?.(own, other) ?? [];
  return [
    ...argsNaming(field, row, own, namesOf(other)),
    ...others.map(({ args, answered }) => ({ args, answered: [answered], about: JSON.stringify(args) })),
  ];
}

const fieldsOf = (type: GraphQLObjectType) => Object.values(type.getFields());

function testRootFields(
  kind: 'query' | 'mutation',
  table: Readonly<Record<string, FieldRow>>,
  type: GraphQLObjectType,
): void {
  test.each(fieldsOf(type).map((field) => [field.name, field] as const))(
    '%s finds, shows and changes nothing of another account',
    async (_name, field) => {
      const row = rowOf(table, type.name, field);
      const { query, name } = wholeOperation(schema, kind, field);
      const asker = row.as === 'owner' ? owner : caller;
      await expectUntouched(async () => {
        const answers: Answer[] = [];
        for (const { args, answered, about } of foreignArgs(field, row)) {
          const answer = await asker.ask(query, args);
          answers.push(answer);
          expect(answered, `${about}: ${JSON.stringify(answer).slice(0, 500)}`).toContain(
            answeredOf(answer, name),
          );
        }
        // That it finds what is its own: the arguments were right but for whose things they named.
        const answer = await asker.ask(query, row.args?.(own) ?? {});
        expect(answeredOf(answer, name), JSON.stringify(answer).slice(0, 500)).toBe(row.answered ?? 'own');
        return [answers, answer];
      });
    },
  );
}

describe('a query', () => testRootFields('query', QUERIES, schema.getQueryType()!));

describe('a subscription', () => {
  const type = schema.getSubscriptionType()!;

  test.each(fieldsOf(type).map((field) => [field.name, field] as const))(
    '%s tells nothing of another account',
    async (_name, field) => {
      const row = rowOf(SUBSCRIPTIONS, type.name, field);
      const { query, name } = wholeOperation(schema, 'subscription', field);
      await using client = createSocketClient(app, own.credential);
      const said: unknown[] = [];
      const subscribe = (variables: Args) => client.iterate({ query, variables });
      const watchOwn = async (variables: Args) => {
        const events = subscribe(variables);
        const first = events.next();
        // What comes of the account's own afterwards proves that the other's would have come by then.
        await row.happen(app, other);
        await row.happen(app, own);
        for (let next = await first; ; next = await events.next()) {
          if (next.done) throw new Error('the stream ended');
          expect(next.value.errors).toBeUndefined();
          said.push(next.value);
          if (row.tells(next.value.data![name] as never)) break;
        }
        await events.return!();
      };
      await watchOwn(row.args?.(own) ?? {});
      for (const { args, answered } of foreignArgs(field, row)) {
        // A refusal that must come is waited for; what is let in need say nothing.
        const refused = await firstOf(subscribe(args), answered.includes('own') ? 100 : 10_000);
        said.push(refused);
        if (refused.kind === 'refused') expect(answered).toContain(refused.code);
        else expect(answered).toContain('own');
      }
      await expectNothingOf(other, said);
    },
  );

  /** What a subscription begins with; `silent` when nothing comes for so long. */
  async function firstOf(events: AsyncIterableIterator<unknown>, patienceMs: number) {
    try {
      const silent = new Promise<'silent'>((resolve) => setTimeout(resolve, patienceMs, 'silent').unref());
      const first = await Promise.race([events.next(), silent]);
      await events.return!();
      return { kind: 'told', first } as const;
    } catch (errors) {
      const [error] = errors as { extensions: { code: string } }[];
      return { kind: 'refused', code: error!.extensions.code } as const;
    }
  }
});

describe('node(id)', () => {
  const types = schema.getPossibleTypes(schema.getType('Node') as never);

  test.each(types.map((type) => type.name))('of a %s is null for another account', async (name) => {
    const idOf = NODES[name];
    if (!idOf) throw new Error(`${name} is a Node without a row in NODES of ${TABLE}: say where its id is.`);
    const { query } = nodeOperation(schema, name);
    await expectUntouched(async () => {
      const answer = await caller.ask(query, { id: idOf(other) });
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toEqual({ node: null });
      const found = await caller.ask(query, { id: idOf(own) });
      expect(found.data).toMatchObject({ node: { id: idOf(own) } });
      return [answer, found];
    });
  });
});

describe('a field below the root', () => {
  const inner = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .filter((type) => !/^(?:Query|Mutation|Subscription)$/.test(type.name))
    .flatMap((type) =>
      fieldsOf(type as GraphQLObjectType)
        .filter((field) => placesOf(field.args).length > 0)
        .map((field) => `${type.name}.${field.name}`),
    );

  test.each(inner)('%s shows nothing of another account by its ids and cursors', async (name) => {
    const row = INNER_FIELDS[name];
    if (!row) throw new Error(`${name} has no row in INNER_FIELDS of ${TABLE}: add a query that uses it.`);
    await expectUntouched(async () => {
      const answers: Answer[] = [];
      for (const foreign of [null, ...namesOf(other)])
        answers.push(await caller.ask(row.query, { ...row.args(own), foreign }));
      expect(answers[0]!.errors).toBeUndefined();
      return answers;
    });
  });
});

describe('the path', () => {
  test.each(PATHS.map((path) => [path]))('%s changes and shows nothing of another account', async (path) => {
    const calls = CALLS[path] as (typeof CALLS)[typeof path] | undefined;
    if (!calls) throw new Error(`${path} has no row in CALLS of ${TABLE}: add how it is called.`);
    await expectUntouched(async () => {
      const said: string[] = [];
      for (const { what, status, call } of calls) {
        const response = await call(app, own, other);
        expect(response.status, `${path} ${what}`).toBe(status);
        said.push(await response.text());
      }
      return said;
    });
  });
});

// Behind the others, which need what these change.
describe('a mutation', () => testRootFields('mutation', MUTATIONS, schema.getMutationType()!));

describe('the rows', () => {
  test('of every table name their account, but for those of accounts, of people, and of the rotations of all keys', async () => {
    const nameless = (await tablesOf(app)).filter(({ belonging }) => belonging !== 'account');
    expect(nameless.map(({ name }) => name)).toEqual([
      'accounts',
      'key_rotations',
      'people',
      'person_challenges',
      'person_passkeys',
      'person_passwords',
      'person_sessions',
      'person_totp',
      'sign_in_failures',
    ]);
  });

  test('of an account name nothing of another one, whatever it has been asked to write', async () => {
    // Route and carrier of tests have the same ids in every account: they are no rows of any.
    const shared = [SANDBOX_ROUTE_ID, SANDBOX_CARRIER_ID].map(uuidOf);
    const theirs = idsIn(await rowsOf(app, other.who.accountId));
    const rows = await rowsOf(app, own.who.accountId);
    // What was refused is noted with the ids that were asked for.
    rows.audit_entries = rows.audit_entries!.filter((row) => !row.includes(',refusal,'));
    const mine = idsIn(rows);
    expect([...mine].filter((id) => theirs.has(id) && !shared.includes(id))).toEqual([]);
  });
});

test('what two accounts call alike is two things: numbers, names, keys, senders', async () => {
  const twin = await aTenant('Cirrus', '+385993333333', 5_300_001);
  const { word, numbers, idempotencyKey, ourNumber } = other;
  const before = await rowsOf(app, other.who.accountId);
  const inputs: Record<string, Args> = {
    createService: { name: `${word} service` },
    startVerification: { to: numbers.locked, idempotencyKey },
    unlockDestination: { to: numbers.locked },
    connectSmppCarrier: {
      name: `${word} carrier`,
      password: word,
      config: { host: '127.0.0.1', port: app.simulator!.smppPort, systemId: word.toLowerCase() },
    },
    addRoute: { carrierId: twin.ids.car, name: `${word} route`, priority: 1 },
    addSender: { value: word, pools: [word.toLowerCase()] },
    addSenderRegistration: { country: 'GB', sender: word, register: 'gb_registry', references: {} },
    setSenderRule: { country: 'AT', asOf: '2026-11-02', kinds: [] },
    addInboundNumber: { carrierId: twin.httpCarrier, number: ourNumber },
    removeSenderRegistration: { country: 'GB', sender: word, register: 'gb_registry' },
    clearSenderRule: { country: 'AT' },
  };
  const ids = idsIn(before);
  for (const [name, input] of Object.entries(inputs)) {
    const field = schema.getMutationType()!.getFields()[name]!;
    const answer = await callerWith(app, twin.credential).ask(
      wholeOperation(schema, 'mutation', field).query,
      { input },
    );
    expect(answeredOf(answer, name), `${name}: ${JSON.stringify(answer).slice(0, 500)}`).toBe('own');
    expect([...ids].filter((id) => JSON.stringify(answer).includes(id))).toEqual([]);
  }
  expect(await rowsOf(app, other.who.accountId)).toEqual(before);
});
