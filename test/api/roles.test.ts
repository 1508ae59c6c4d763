import { getNamedType, isCompositeType, isObjectType, type GraphQLField } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPermission, type Permission } from '../../src/accounts/permissions.ts';
import { ROLES, type Role } from '../../src/accounts/roles.ts';
import type { RunningApp } from '../../src/app.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { isForPeople, permissionOf } from '../../src/graphql/permission-plugin.ts';
import { schema } from '../../src/graphql/schema.ts';
import { ID_PREFIXES } from '../../src/ids.ts';
import { createRest } from '../../src/rest/v1/api.ts';
import { createTestApp } from '../support/app.ts';
import { urlOf, type Answer } from '../support/graphql.ts';
import { aMember, lets, type SignedIn } from '../support/member.ts';
import { callOperation } from '../support/rest-calls.ts';
import { OPERATIONS } from '../support/rest-rows.ts';
import { LOOKUP, MUTATIONS, QUERIES, SUBSCRIPTIONS, type Args } from '../support/tenant-rows.ts';
import { createTenant, type Tenant } from '../support/tenants.ts';
import { twilioRowOf } from '../support/twilio-rows.ts';
import { callTwilio, nobodysLike, TWILIO_OPERATIONS } from '../support/twilio.ts';
import { createNumbers } from '../support/verifying.ts';

// Whoever may do what is one table (src/accounts/roles.ts); this asks every field of the schema and every operation
// of the REST API and under /v2 as each of its roles, and compares.
const stack = new AsyncDisposableStack();
let app: RunningApp;
let own: Tenant;
let members: Record<Role, SignedIn>;

beforeAll(async () => {
  ({ app } = stack.use(await createTestApp({ ROLES: 'api' })));
  const aNumber = createNumbers(6_800_001);
  own = await createTenant(app, { word: 'Fornax', ourNumber: '+385996666666', aNumber, lookup: LOOKUP });
  const made = await Promise.all(
    ROLES.map(async (role) => [role, await aMember(app, own.who.accountId, role)] as const),
  );
  members = Object.fromEntries(made) as typeof members;
});
afterAll(() => stack.disposeAsync());

const KINDS = [
  ['query', schema.getQueryType()!, QUERIES],
  ['mutation', schema.getMutationType()!, MUTATIONS],
  ['subscription', schema.getSubscriptionType()!, SUBSCRIPTIONS],
] as const;

/** Nobody's, so that nothing of the account goes, whoever is let do it. */
function ofNobody(args: Args): Args {
  const ids = new RegExp(`"(${ID_PREFIXES.join('|')})_[0-9a-f]{32}"`, 'g');
  return JSON.parse(
    JSON.stringify(args).replaceAll(ids, (_id, prefix: 'vrf') => `"${newId(prefix)}"`),
  ) as Args;
}

/** An operation that asks for a field and nothing of what is below it. */
function bareOperation(kind: string, field: GraphQLField<unknown, unknown>): string {
  const variables = field.args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const args = field.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const [head, call] = field.args.length > 0 ? [` (${variables})`, `(${args})`] : ['', ''];
  const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return `${kind}${head} { ${field.name}${call}${selection} }`;
}

/** What a subscription is refused with over server-sent events; nothing when it is let in. */
async function subscribed(token: string, query: string, variables: Args): Promise<Answer> {
  const left = new AbortController();
  const response = await fetch(urlOf(app), {
    method: 'POST',
    signal: left.signal,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query, variables }),
  });
  if (response.ok) {
    left.abort();
    return { status: response.status };
  }
  const [, event] = /^data: (\{.*)$/m.exec(await response.text()) ?? [];
  return { status: response.status, ...(JSON.parse(event ?? '{}') as object) };
}

describe.each(KINDS)('of the fields of a %s', (kind, type, rows) => {
  const fields = Object.values(type.getFields()).map((field) => [field.name, field] as const);

  test.each(fields)('%s is open to each role as the table says', async (_name, field) => {
    const permission = permissionOf(type, field);
    const row = rows[field.name];
    const args = ofNobody(row?.args?.(own) ?? {});
    const query = bareOperation(kind, field);
    await Promise.all(
      ROLES.map(async (role) => {
        // What is about themselves ends things of theirs.
        const { token, caller } = isForPeople(field)
          ? await aMember(app, own.who.accountId, role)
          : members[role];
        const answer =
          kind === 'subscription' ? await subscribed(token, query, args) : await caller.ask(query, args);
        const refusals = (answer.errors ?? []).filter(
          ({ extensions }) => extensions?.code === 'auth/forbidden',
        );
        const about = `${role}: ${JSON.stringify(answer)}`;
        if (lets(role, permission)) expect(refusals, about).toEqual([]);
        else {
          expect(refusals, about).toHaveLength(1);
          expect(refusals[0]!.extensions!.permission).toBe(permission);
          expect(refusals[0]!.message).toContain(`${type.name}.${field.name} needs`);
        }
      }),
    );
  });

  test.each(fields)('%s says in the SDL what it needs', (_name, field) => {
    const permission = permissionOf(type, field);
    if (permission) expect(field.description).toContain(`Needs \`${permission}\`.`);
    else if (isForPeople(field)) expect(field.description).toContain('For people who have signed in.');
    else expect(['node', 'nodes', 'roles', 'viewer', 'sandboxNumbers']).toContain(field.name);
  });
});

test('what needs a permission by its type needs it from every role, by whatever way it is reached', async () => {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && permissionOf(type) !== undefined,
  );
  expect(types.length).toBeGreaterThan(10);
  const query = '{ viewer { account { id } } }';
  for (const role of ROLES) expect((await members[role].caller.ask(query)).errors).toBeUndefined();
  const nested = `query ($id: ID!) { verification(id: $id) { id messages(first: 1) { nodes { attempts { route { id } } } } } }`;
  for (const role of ROLES) {
    const { errors } = await members[role].caller.ask(nested, { id: own.ids.vrf });
    expect(errors?.[0]?.extensions?.permission, role).toBe(
      lets(role, 'routes:read') ? undefined : 'routes:read',
    );
  }
});

describe('of the operations of the REST API', () => {
  const { operations } = createRest({} as never, {
    publicUrl: '',
    own: { publicUrl: '', allowed: undefined, hosts: new Set() },
    addressOf: () => undefined,
  });
  let document: { paths: Record<string, Record<string, { 'x-permission': string }>> };
  beforeAll(async () => {
    document = (await (await fetch(`${app.server!.url}/v1/openapi.json`)).json()) as typeof document;
  });

  test.each(operations)('%s is open to each role as the table says', async (operation) => {
    const [method, path] = operation.split(' ') as [string, string];
    const permission = document.paths[path]![method.toLowerCase()]!['x-permission'] as Permission;
    expect(isPermission(permission)).toBe(true);
    await Promise.all(
      ROLES.map(async (role) => {
        const row = OPERATIONS[operation]!;
        const id = row.id && newId(row.id(own).slice(0, 3) as 'vrf');
        const { status, text } = await callOperation(
          app,
          own,
          operation,
          row,
          id ? { id } : {},
          members[role].token,
        );
        if (lets(role, permission)) expect(status, `${role}: ${text}`).not.toBe(403);
        else
          expect(JSON.parse(text), role).toMatchObject({ status: 403, code: 'auth/forbidden', permission });
      }),
    );
  });
});

describe('of the operations under /v2', () => {
  test.each(TWILIO_OPERATIONS.map(({ operation, permission }) => [operation, permission] as const))(
    '%s is open to each role as the table says: those with %s',
    async (operation, permission) => {
      const row = twilioRowOf(operation);
      // Nobody's, so that nothing of the account goes, whoever is let do it.
      const inPath = Object.entries(row.path?.(own) ?? {}).map(([name, sid]) => [name, nobodysLike(sid)]);
      const nobodys = Object.fromEntries(inPath) as Record<string, string>;
      for (const role of ROLES) {
        const { status, text } = await callTwilio(app, own, operation, row, nobodys, members[role].token);
        if (lets(role, permission)) expect(status, `${role}: ${text}`).not.toBe(403);
        else
          expect(JSON.parse(text), role).toMatchObject({
            status: 403,
            code: 20003,
            details: { code: 'auth/forbidden', message: expect.stringContaining(permission) as string },
          });
      }
    },
  );
});

test.each(['/oauth/introspect', '/oauth/revoke'])(
  '%s is open to each role as the table says',
  async (path) => {
    for (const role of ROLES) {
      const { status } = await fetch(app.server!.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${members[role].token}` },
        body: new URLSearchParams({ token: 'otp_nothing' }),
      });
      expect(status, role).toBe(lets(role, 'clients:manage') ? 200 : 403);
    }
  },
);
