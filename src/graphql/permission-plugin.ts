import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type PothosTypeConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLField, GraphQLNamedType } from 'graphql';
import type { Permission } from '../accounts/permissions.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Needs } from './forbidden.ts';

// A root field without its permission is a type error; should one come about all the same, the schema is
// not made. Two walls go by it. Who asks is compared with what a whole operation needs before it runs
// (plugins/authentication.ts): of one that is refused nothing was done, and a request pays for a few look-ups in a
// set. And each field is guarded by Pothos's scope-auth, by whatever way it is reached: a start took 219 µs of CPU
// with that and 216 without, in turn.

const PLUGIN = 'permissions';
const ROOTS = ['Query', 'Mutation', 'Subscription'];

/** Instead of a permission: about the person who asks, whatever their role; not for keys and tokens. */
type ForPeople = 'person';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how a Pothos plugin is declared
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      permissions: PermissionPlugin<Types>;
    }
    /* eslint-disable @typescript-eslint/no-unused-vars -- merging asks for the same parameters */
    export interface QueryFieldOptions<Types, Type, Nullable, Args, ResolveReturnShape> {
      /** What a caller must have to ask for this; `null`: none, or it is decided by the type of what is found. */
      permission: Permission | ForPeople | null;
      /** It tells of live traffic: closed to test keys, whatever their permissions. */
      liveOnly?: true;
    }
    export interface MutationFieldOptions<Types, Type, Nullable, Args, ResolveReturnShape> {
      /** What a caller must have to do this. */
      permission: Permission | ForPeople;
    }
    export interface SubscriptionFieldOptions<Types, Type, Nullable, Args, ResolveShape, ResolveReturnShape> {
      /** What a caller must have to follow this. */
      permission: Permission;
      /** As that of a query. */
      liveOnly?: true;
    }
    export interface ObjectTypeOptions<Types, Shape> {
      /** What a caller must have to read any field of this type, wherever it comes from. */
      permission?: Permission;
    }
    /* eslint-enable @typescript-eslint/no-unused-vars */
  }
}

export class PermissionPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    if (config.kind !== 'Object') return config;
    const { permission } = config.pothosOptions;
    if (permission === undefined) return config;
    const { name } = config;
    return guarded(named(config, permission), {
      ...closedUnlessOpen(config, name),
      ...needing(permission, name),
    });
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const name = `${config.parentType}.${config.name}`;
    if (!ROOTS.includes(config.parentType)) return guardedBeyondType(config, name);
    const { permission, liveOnly, audit } = config.pothosOptions as {
      permission?: Permission | ForPeople | null;
      liveOnly?: true;
      audit?: AuditAction;
    };
    if (permission === undefined) throw new Error(`${name} must name the permission that it needs`);
    const needs = { ...closedUnlessOpen(config, name), ...(audit && { actions: [audit] }) };
    if (permission === 'person') return guarded(forPeople(config), { ...needs, ownField: name });
    return guarded(named(liveOnly ? closedToTests(config) : config, permission ?? undefined), {
      ...needs,
      ...(permission !== null && needing(permission, name)),
      ...(liveOnly && { liveField: name }),
    });
  }
}

const NOTHING: Needs = {
  closedField: undefined,
  needs: [],
  liveField: undefined,
  ownField: undefined,
  actions: [],
};

function needing(permission: Permission, field: string): Pick<Needs, 'needs'> {
  return { needs: [{ permission, field }] };
}

interface Marked {
  extensions?: Readonly<{ openToClientToken?: boolean; permission?: Permission }> | null;
}

function closedUnlessOpen({ extensions }: Marked, name: string): Needs {
  return extensions?.openToClientToken ? NOTHING : { ...NOTHING, closedField: name };
}

/** A field that needs more than its type does. */
function guardedBeyondType<Config extends Marked & { pothosOptions: object }>(
  config: Config,
  name: string,
): Config {
  const { permission, openToClientToken } = config.extensions ?? {};
  if (permission === undefined && openToClientToken !== false) return config;
  return guarded(config, { ...closedUnlessOpen(config, name), ...(permission && needing(permission, name)) });
}

/** Has each field of a type, or one field, refused to whoever may not have it. */
function guarded<Config extends { pothosOptions: object }>(config: Config, needs: Needs): Config {
  return { ...config, pothosOptions: { ...config.pothosOptions, authScopes: { may: needs } } };
}

/** Notes the permission for the facts of a document, and says it in the SDL. */
function named<Config extends { description?: string | null | undefined; extensions?: object | null }>(
  config: Config,
  permission: Permission | undefined,
): Config {
  if (permission === undefined) return config;
  return {
    ...config,
    description: `${config.description ?? ''} Needs \`${permission}\`.`.trimStart(),
    extensions: { ...config.extensions, permission },
  };
}

function closedToTests<
  Config extends { description?: string | null | undefined; extensions?: object | null },
>(config: Config): Config {
  return {
    ...config,
    description: `${config.description ?? ''} Closed to test keys.`.trimStart(),
    extensions: { ...config.extensions, liveOnly: true },
  };
}

/** Whether a root field is closed to test keys. */
export function isLiveOnly(field: GraphQLField<unknown, unknown>): boolean {
  return field.extensions.liveOnly === true;
}

function forPeople<Config extends { description?: string | null | undefined; extensions?: object | null }>(
  config: Config,
): Config {
  return {
    ...config,
    description: `${config.description ?? ''} For people who have signed in.`.trimStart(),
    extensions: { ...config.extensions, forPeople: true },
  };
}

/** Whether a root field is about the person who asks. */
export function isForPeople(field: GraphQLField<unknown, unknown>): boolean {
  return field.extensions.forPeople === true;
}

/** What reading a field needs: its own permission, or else its type's. */
export function permissionOf(
  parent: GraphQLNamedType,
  field?: GraphQLField<unknown, unknown>,
): Permission | undefined {
  return (field?.extensions.permission ?? parent.extensions.permission) as Permission | undefined;
}

SchemaBuilder.registerPlugin(PLUGIN, PermissionPlugin);

export { PLUGIN as PERMISSION_PLUGIN };
