import { isObjectType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { ALL_PERMISSIONS, type Permission } from '../../src/accounts/permissions.ts';
import type { ApiKeyPrincipal, Principal } from '../../src/accounts/principal.ts';
import { newId } from '../../src/crypto/new-id.ts';
import { isOpenToClientToken } from '../../src/graphql/audience.ts';
import type { GraphqlContext } from '../../src/graphql/context.ts';
import { isForPeople, isLiveOnly, permissionOf } from '../../src/graphql/permission-plugin.ts';
import { schema } from '../../src/graphql/schema.ts';
import type { App } from '../../src/platform.ts';

// What a whole operation needs is looked at before it runs; here nobody has, and the field itself is asked.
const accountId = newId('acc');
const aKey = (permissions: readonly Permission[]): ApiKeyPrincipal => ({
  kind: 'apiKey',
  accountId,
  apiKeyId: newId('key'),
  permissions: new Set(permissions),
});
const KEY_WITHOUT = aKey([]);
const KEY_WITH_ALL = aKey(ALL_PERMISSIONS);
const TEST_KEY_WITH_ALL: Principal = { ...KEY_WITH_ALL, mode: 'test' };
const CLIENT_TOKEN: Principal = {
  kind: 'clientToken',
  accountId,
  verificationId: newId('vrf'),
  expiresAt: new Date(Date.UTC(2100, 0)),
};

const ROOTS = [schema.getQueryType()!, schema.getMutationType()!, schema.getSubscriptionType()!];
const FIELDS = [
  ...ROOTS,
  ...Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !type.name.startsWith('__') && permissionOf(type) !== undefined),
].flatMap((type) =>
  Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, type, field] as const),
);

/** An app of which nothing may be used, but to note that somebody was not let. */
const UNTOUCHED = new Proxy({ single: () => ({ note: () => undefined }) } as unknown as App, {
  get(app, name) {
    if (name !== 'single') throw new Error(`app.${String(name)} was used`);
    return app.single;
  },
});

/** What a field says to whoever asks; undefined when it would go on. */
async function refusalOf(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  principal: Principal | undefined,
): Promise<string | undefined> {
  const context: GraphqlContext = { app: UNTOUCHED, principal };
  const ask = (type === schema.getSubscriptionType() ? field.subscribe : field.resolve)!;
  const info = {
    parentType: type,
    fieldName: field.name,
    path: { key: field.name, prev: undefined },
    schema,
  };
  try {
    await ask({}, {}, context, info as never);
  } catch (error) {
    const { code } = error as { code?: unknown };
    return typeof code === 'string' && code.startsWith('auth/') ? code : undefined;
  }
  return undefined;
}

async function open(fields: typeof FIELDS, principal: Principal | undefined): Promise<string[]> {
  const said = await Promise.all(
    fields.map(async ([name, type, field]) => [name, await refusalOf(type, field, principal)] as const),
  );
  return said.filter(([, code]) => code === undefined).map(([name]) => name);
}

describe('a field is refused by itself, and uses nothing,', () => {
  test('to a key without the permission', async () => {
    const guarded = FIELDS.filter(([, type, field]) => permissionOf(type, field) !== undefined);
    expect(guarded.length).toBeGreaterThan(250);
    expect(await open(guarded, KEY_WITHOUT)).toEqual([]);
  });

  test('to a key that has the permission of its type, when it needs more', async () => {
    const further = FIELDS.filter(
      ([, type, field]) => !ROOTS.includes(type) && permissionOf(type, field) !== permissionOf(type),
    );
    expect(further.map(([name]) => name)).toContain('Member.credentials');
    for (const one of further) expect(await open([one], aKey([permissionOf(one[1])!]))).toEqual([]);
  });

  test('to a client token that it is not open to', async () => {
    const closed = FIELDS.filter(([, type, field]) => !isOpenToClientToken(type, field));
    expect(closed.length).toBeGreaterThan(250);
    expect(await open(closed, CLIENT_TOKEN)).toEqual([]);
  });

  test('to a test key, when it tells of live traffic', async () => {
    const live = FIELDS.filter(([, , field]) => isLiveOnly(field));
    expect(live.length).toBeGreaterThan(3);
    expect(await open(live, TEST_KEY_WITH_ALL)).toEqual([]);
  });

  test('to a key, when it is about the person who asks', async () => {
    const personal = FIELDS.filter(([, , field]) => isForPeople(field));
    expect(personal.length).toBeGreaterThan(3);
    expect(await open(personal, KEY_WITH_ALL)).toEqual([]);
  });

  test('to a stranger', async () => {
    expect(await open(FIELDS, undefined)).toEqual([]);
  });
});

test('a key with all permissions is stopped by none but what is for people', async () => {
  expect(await open(FIELDS, KEY_WITH_ALL)).toEqual(
    FIELDS.filter(([, , field]) => !isForPeople(field)).map(([name]) => name),
  );
});
