import { readFile, readdir } from 'node:fs/promises';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  validate,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES } from '../../src/events/catalog.ts';
import { isPermission } from '../../src/accounts/permissions.ts';
import { createDocumentFacts } from '../../src/graphql/document-facts.ts';
import { isForPeople, permissionOf } from '../../src/graphql/permission-plugin.ts';
import { schema } from '../../src/graphql/schema.ts';

// What clients rely on, in the words of the contract. More is welcome; these names stay.
const PROMISED = `
  scalar DateTime
  scalar PhoneNumber
  enum Channel { SMS }
  enum VerificationStatus { PENDING APPROVED CANCELED EXPIRED MAX_CHECKS_REACHED FAILED }
  enum MessageStatus { QUEUED SENT DELIVERED UNDELIVERED FAILED EXPIRED }
  interface Error { code: String! message: String! docUrl: String! }
  interface Node { id: ID! }
  type Verification implements Node {
    id: ID! to: PhoneNumber! channel: Channel! status: VerificationStatus! locale: String! checksLeft: Int!
    sendsLeft: Int! nextSendAt: DateTime createdAt: DateTime! expiresAt: DateTime! settledAt: DateTime
    clientToken: String messages(first: Int!, after: String): VerificationMessagesConnection!
  }
  type VerificationMessagesConnection { pageInfo: PageInfo! }
  type VerificationConnection { pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Message implements Node {
    id: ID! status: MessageStatus! sender: String segments: Int queuedAt: DateTime! sentAt: DateTime
    deliveredAt: DateTime attempts: [Attempt!]!
  }
  type Attempt { route: Route! }
  type Route { id: ID! name: String! }
  type Query {
    node(id: ID!): Node
    verification(id: ID!): Verification
    verifications(first: Int!, after: String, filter: VerificationFilter): VerificationConnection!
    message(id: ID!): Message
  }
  input VerificationFilter { status: [VerificationStatus!] }
  type Mutation {
    startVerification(input: StartVerificationInput!): StartVerificationResult!
    checkVerification(input: CheckVerificationInput!): CheckVerificationResult!
    cancelVerification(input: CancelVerificationInput!): CancelVerificationResult!
  }
  input StartVerificationInput { to: String! channel: Channel = SMS locale: String idempotencyKey: String serviceId: ID }
  input CheckVerificationInput { verificationId: ID! code: String! }
  input CancelVerificationInput { verificationId: ID! }
  type InvalidPhoneNumber { code: String! } type TooManySends { code: String! } type IdempotencyConflict { code: String! }
  type WrongCode { checksLeft: Int! } type VerificationExpired { code: String! } type VerificationAlreadyUsed { code: String! }
  type VerificationCanceled { code: String! } type TooManyChecks { code: String! } type VerificationNotFound { code: String! }
  union StartVerificationResult = Verification | InvalidPhoneNumber | TooManySends | IdempotencyConflict
  union CheckVerificationResult = Verification | WrongCode | VerificationExpired | VerificationAlreadyUsed
    | VerificationCanceled | TooManyChecks | VerificationNotFound
  union CancelVerificationResult = Verification | VerificationNotFound
  type Subscription {
    verificationEvents(verificationId: ID!, after: String): VerificationEvent!
    accountEvents(after: String): VerificationEvent!
  }
  interface VerificationEvent { cursor: String! occurredAt: DateTime! verification: Verification! }
`;

function fieldsOf(of: GraphQLSchema): string[] {
  return Object.values(of.getTypeMap()).flatMap((type) =>
    !type.name.startsWith('__') && (isObjectType(type) || isInterfaceType(type))
      ? Object.values(type.getFields()).map((field) => `${type.name}.${textOf(field)}`)
      : [],
  );
}

function textOf({ name, args, type }: GraphQLField<unknown, unknown>): string {
  return `${name}(${args.map((arg) => `${arg.name}: ${arg.type.toString()}`).join()}): ${type.toString()}`;
}

describe('the schema', () => {
  test('has every field that was promised, with its arguments and its type', () => {
    const ours = fieldsOf(schema);
    const missing = fieldsOf(buildSchema(PROMISED)).filter(
      (promised) => !ours.some((field) => matches(field, promised)),
    );
    expect(missing).toEqual([]);
  });

  test('has every union member, enum value and interface that was promised', () => {
    for (const name of ['StartVerificationResult', 'CheckVerificationResult', 'CancelVerificationResult']) {
      const promised = membersOf(buildSchema(PROMISED), name);
      expect(membersOf(schema, name), name).toEqual(expect.arrayContaining(promised));
    }
    for (const event of EVENT_TYPES) expect(membersOf(schema, 'VerificationEvent')).toContain(event);
  });

  test('lets every result be told by its type, and every failure read as an Error', () => {
    const errors = membersOf(schema, 'Error');
    for (const [name, type] of Object.entries(schema.getTypeMap())) {
      if (!name.endsWith('Result')) continue;
      const strangers = membersOf(schema, type.name).filter((member) => !errors.includes(member));
      expect(strangers, name).toHaveLength(1);
    }
  });

  test('describes every type, field, argument and value', () => {
    const silent: string[] = [];
    const hear = (name: string, { description }: { description?: string | null | undefined }) => {
      if (!description) silent.push(name);
    };
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
      hear(type.name, type);
      if (isEnumType(type)) for (const value of type.getValues()) hear(`${type.name}.${value.name}`, value);
      if (isInputObjectType(type))
        for (const field of Object.values(type.getFields())) hear(`${type.name}.${field.name}`, field);
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        hear(`${type.name}.${field.name}`, field);
        for (const arg of field.args) hear(`${type.name}.${field.name}(${arg.name})`, arg);
      }
    }
    expect(silent).toEqual([]);
  });

  // What anybody may know who has a credential: which role has which permissions, and who they are themselves.
  const NEED_NOTHING = ['node', 'roles', 'viewer'];

  test('says of every root field what it needs, and node(id) is told by each of its types', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const silent = roots
      .flatMap((root) => Object.values(root!.getFields()))
      .filter((field) => {
        const { name, description, extensions } = field;
        if (isForPeople(field)) return !description?.endsWith(' For people who have signed in.');
        const said = /Needs `([a-z]+:[a-z_]+)`\.$/.exec(description ?? '')?.[1];
        return (
          !NEED_NOTHING.includes(name) && !(said && isPermission(said) && extensions.permission === said)
        );
      });
    expect(silent.map(({ name }) => name)).toEqual([]);
    const facts = createDocumentFacts(schema);
    for (const root of roots)
      for (const field of Object.values(root!.getFields())) {
        const { name, extensions } = field;
        const asked = `${root!.name}.${name}`;
        const { needs, ownField } = facts.operation(
          parse(`${root!.name.toLowerCase()} { ${name} { __typename } }`),
        )!;
        const { permission } = extensions;
        expect(needs).toEqual(permission === undefined ? [] : [{ permission, field: asked }]);
        expect(ownField).toBe(isForPeople(field) ? asked : undefined);
      }
    const nodes = schema.getPossibleTypes(schema.getType('Node') as never);
    expect(nodes.filter((type) => !permissionOf(type)).map(({ name }) => name)).toEqual([]);
  });

  test('fits every operation of our own clients', async () => {
    const texts = await Promise.all(
      (await readdir('schema/operations')).map((name) => readFile(`schema/operations/${name}`, 'utf8')),
    );
    expect(validate(schema, parse(texts.join('\n')))).toEqual([]);
  });
});

/** Whether a field has at least the promised arguments, and the promised type. */
function matches(field: string, promised: string): boolean {
  const [name, args, type] = split(field);
  const [promisedName, promisedArgs, promisedType] = split(promised);
  return (
    name === promisedName &&
    type === promisedType &&
    promisedArgs!.split(',').every((arg) => args!.includes(arg))
  );
}

function split(field: string): string[] {
  return /^(.*)\((.*)\): (.*)$/.exec(field)!.slice(1);
}

function membersOf(of: GraphQLSchema, name: string): string[] {
  return of.getPossibleTypes(of.getType(name) as never).map((type) => type.name);
}
